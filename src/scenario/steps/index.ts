import { formatDuration } from '../../core/units.ts'
import { DONE, filled, type ScenarioContext, type StepOutcome } from '../run/context.ts'
import type { Step } from '../scenario.ts'
import { planFault, resend, trigger } from './events.ts'
import { exec, observe } from './exec.ts'
import { expectNow, waitFor } from './expect.ts'
import { answered, ask, call } from './http.ts'
import { changeWebhook, register } from './webhooks.ts'

type Handlers = {
  readonly [K in Step['kind']]: (
    play: ScenarioContext,
    step: Extract<Step, { kind: K }>,
  ) => Promise<StepOutcome>
}

const HANDLERS: Handlers = {
  trigger,
  call,
  exec,
  register,
  resend,
  observe,
  rotate: changeWebhook,
  disable: changeWebhook,
  enable: changeWebhook,
  delete: changeWebhook,
  expect: expectNow,
  wait: waitFor,
  async request(play, step) {
    const { method, url, headers, body, timeoutMs } = filled(play, {
      ...step,
      expect: null,
      at: null,
      title: null,
    })
    const asked = { method, url, headers, timeoutMs, ...(body !== undefined && { body }) }
    return answered(play, step, await ask(asked, play))
  },
  async advance({ stage: { mock } }, { to }) {
    await mock.clock.advance('by' in to ? formatDuration(to.by) : to)
    return DONE
  },
  async settle({ stage }, { timeoutMs }) {
    const { settled, inFlight, pending } = await stage.mock.settle(timeoutMs)
    if (settled) return DONE
    const expected = `settled within ${formatDuration(timeoutMs)}`
    const actual = `${inFlight} in flight, ${pending} pending`
    return { mismatches: [{ what: 'deliveries', expected, actual }] }
  },
  async restart({ stage }) {
    await stage.restart()
    return DONE
  },
  async fault(play, step) {
    const handle = planFault(play, step.plan)
    if (step.as !== null) play.memory.faults.set(step.as, handle)
    return DONE
  },
  async clear({ stage, memory }, { fault }) {
    if (fault === null) stage.lift(null)
    else stage.lift(memory.faults.get(fault) ?? NO_FAULT)
    return DONE
  },
}

/** No handle is below 1. */
const NO_FAULT = 0

export function perform(play: ScenarioContext, step: Step): Promise<StepOutcome> {
  const handler = HANDLERS[step.kind] as (play: ScenarioContext, step: Step) => Promise<StepOutcome>
  return handler(play, step)
}
