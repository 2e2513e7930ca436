import { oneLine } from '../../core/text.ts'
import { formatDuration } from '../../core/units.ts'
import type { AdvanceTarget } from '../../delivery/queue.ts'
import type { Expectation, Step } from '../scenario.ts'

type Words = { readonly [K in Step['kind']]: (step: Extract<Step, { kind: K }>) => string }

const WORDS: Words = {
  trigger: ({ event, count }) => `trigger ${event}${count > 1 ? `, ${count} times` : ''}`,
  call: ({ operation, account }) => `call ${operation}${account === undefined ? '' : ` as ${account}`}`,
  request: ({ method, url }) => `${method} ${url}`,
  exec: ({ command }) => `exec ${commandText(command)}`,
  register: ({ webhook }) => `register ${webhook.name} at ${webhook.url}`,
  rotate: ({ webhook }) => `rotate the secret of ${webhook}`,
  disable: ({ webhook }) => `disable ${webhook}`,
  enable: ({ webhook }) => `enable ${webhook}`,
  delete: ({ webhook }) => `delete ${webhook}`,
  resend: ({ of, to }) => `resend ${of}${to === null ? '' : ` to ${to}`}`,
  advance: ({ to }) => `advance ${advanceText(to)}`,
  settle: () => 'settle',
  wait: ({ for: wanted }) => `wait until ${expectationText(wanted)}`,
  restart: () => 'restart the mock',
  fault: ({ plan }) => `fault on the ${plan.plane} plane: ${JSON.stringify(plan.fault.do)}`,
  clear: ({ fault }) => (fault === null ? 'clear all faults' : `clear the fault ${fault}`),
  observe: ({ what }) => `observe ${'url' in what ? what.url : commandText(what.command)}`,
  expect: ({ that }) => `expect ${expectationText(that)}`,
}

/** A step in one line, in its author's words where there are any. */
export function describeStep(step: Step): string {
  if (step.title !== null) return oneLine(step.title)
  const words = (WORDS[step.kind] as (step: Step) => string)(step)
  return oneLine(step.as === null ? words : `${words} as ${step.as}`)
}

function advanceText(to: AdvanceTarget): string {
  if ('by' in to) return formatDuration(to.by)
  return to.until === 'settled' ? 'until settled' : 'to the next attempt'
}

function commandText(command: string | readonly string[]): string {
  return typeof command === 'string' ? command : command.join(' ')
}

/** `delivery of note to app: status succeeded, attempts 3`. */
function expectationText(expectation: Expectation): string {
  const { kind, ...said } = expectation
  const { of, to, webhook, ...rest } = said as Record<string, unknown>
  const subject = [
    kind,
    ...(typeof webhook === 'string' ? [webhook] : []),
    ...(typeof of === 'string' ? [`of ${of}`] : []),
    ...(typeof to === 'string' ? [`to ${to}`] : []),
  ].join(' ')
  const members = Object.entries(rest).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [`${key} ${memberText(key, value)}`],
  )
  return members.length === 0 ? subject : `${subject}: ${members.join(', ')}`
}

function memberText(key: string, value: unknown): string {
  if (key === 'delays') return (value as number[]).map(formatDuration).join(' ')
  if (key === 'apart') return formatDuration(value as number)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
