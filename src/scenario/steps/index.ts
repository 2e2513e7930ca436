import { formatDuration } from '../../core/duration.ts'
import { DONE, filled, type Play, type StepOutcome } from '../play/play.ts'
import type { Step } from '../scenario.ts'
import { answered } from './answered.ts'
import { ask } from './ask.ts'
import { call } from './call.ts'
import { exec } from './exec.ts'
import { expectNow, waitFor } from './expectation.ts'
import { observe } from './observe.ts'
import { planFault } from './plan-fault.ts'
import { register } from './register.ts'
import { resend } from './resend.ts'
import { trigger } from './trigger.ts'
import { changeWebhook } from './webhooks.ts'

type Handlers = {
  readonly [K in Step['kind']]: (play: Play, step: Extract<Step, { kind: K }>) => Promise<StepOutcome>
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

export function perform(play: Play, step: Step): Promise<StepOutcome> {
  const handler = HANDLERS[step.kind] as (play: Play, step: Step) => Promise<StepOutcome>
  return handler(play, step)
}
