import { formatDuration } from '../../core/duration.ts'
import { deliveriesMeant } from '../expectations/delivery.ts'
import type { Facts } from '../expectations/facts.ts'
import { answerMismatches, expectationMismatches } from '../expectations/index.ts'
import { DONE, filled, type Play, type StepOutcome } from '../play/play.ts'
import type { AnswerExpectation, ExecExpectation, Expectation, Step } from '../scenario.ts'
import { answered } from './answered.ts'
import { ask } from './ask.ts'
import { call } from './call.ts'
import { startCommand, within } from './command.ts'
import { commandEnv, exec, execMismatches } from './exec.ts'
import { planFault } from './plan-fault.ts'
import { resend } from './resend.ts'
import { trigger } from './trigger.ts'
import { until } from './until.ts'
import { changeWebhook, registerPlanned } from './webhooks.ts'

type Handlers = {
  readonly [K in Step['kind']]: (play: Play, step: Extract<Step, { kind: K }>) => Promise<StepOutcome>
}

const LOOK_EVERY_MS = 20

const HANDLERS: Handlers = {
  trigger,
  call,
  exec,
  resend,
  rotate: changeWebhook,
  disable: changeWebhook,
  enable: changeWebhook,
  delete: changeWebhook,
  async request(play, step) {
    const { method, url, headers, body, timeoutMs } = filled(play, { ...step, expect: null, at: null })
    const asked = { method, url, headers, timeoutMs, ...(body !== undefined && { body }) }
    return answered(play, step, await ask(asked, play))
  },
  async register(play, step) {
    await registerPlanned(play, step.webhook)
    return DONE
  },
  async advance({ stage }, step) {
    const { mock } = stage
    await ('by' in step.to ? mock.clock.advance(formatDuration(step.to.by)) : mock.clock.advance(step.to))
    return DONE
  },
  async settle({ stage }, { timeoutMs }) {
    const { settled, inFlight, pending } = await stage.mock.settle(timeoutMs)
    if (settled) return DONE
    const actual = `${inFlight} in flight, ${pending} pending`
    return {
      mismatches: [{ what: 'deliveries', expected: `settled within ${formatDuration(timeoutMs)}`, actual }],
    }
  },
  async wait(play, step) {
    const wanted = filled(play, step.for)
    const look = async () => judged(wanted, await play.facts())
    const { withinMs } = step
    return until(look, ({ mismatches }) => mismatches.length === 0, {
      ...play,
      withinMs,
      everyMs: LOOK_EVERY_MS,
    })
  },
  async expect(play, step) {
    // What is on its way has to have arrived before it is judged.
    await play.stage.mock.settle(SETTLE_MS)
    return judged(filled(play, step.that), await play.facts())
  },
  async restart({ stage }) {
    await stage.restart()
    return DONE
  },
  async fault(play, step) {
    const id = planFault(play, step.plan)
    if (step.as !== null) play.memory.faults.set(step.as, id)
    return DONE
  },
  async clear({ stage, memory }, { fault }) {
    stage.lift(fault === null ? null : (memory.faults.get(fault) ?? ''))
    return DONE
  },
  async observe(play, step) {
    const { what, withinMs, everyMs } = step
    const expected = filled(play, step.expect)
    const look = async (): Promise<StepOutcome> => {
      if ('url' in what) {
        const url = filled(play, what.url)
        const answer = await ask({ method: 'GET', url, headers: {}, timeoutMs: withinMs }, play)
        return { mismatches: answerMismatches(expected as AnswerExpectation, answer) }
      }
      const command = filled(play, what.command)
      const running = await startCommand(command, { env: commandEnv(play), cwd: null, clock: play.clock })
      const ended = await within(running, withinMs, play.signal)
      return { mismatches: execMismatches(expected as ExecExpectation, ended, withinMs) }
    }
    return until(look, ({ mismatches }) => mismatches.length === 0, { ...play, withinMs, everyMs })
  },
}

const SETTLE_MS = 10_000

export function perform(play: Play, step: Step): Promise<StepOutcome> {
  const handler = HANDLERS[step.kind] as (play: Play, step: Step) => Promise<StepOutcome>
  return handler(play, step)
}

function judged(expectation: Expectation, facts: Facts): StepOutcome {
  const mismatches = expectationMismatches(expectation, facts)
  if (mismatches.length === 0) return DONE
  const names = expectation as Partial<Pick<Extract<Expectation, { kind: 'delivery' }>, 'of' | 'to'>>
  const isAboutDeliveries = expectation.kind === 'delivery' || expectation.kind === 'received'
  const shown = isAboutDeliveries
    ? deliveriesMeant({ of: names.of ?? null, to: names.to ?? null }, facts).slice(0, MOST_SHOWN)
    : []
  return { mismatches, deliveries: shown }
}

const MOST_SHOWN = 5
