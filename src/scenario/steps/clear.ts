import { TEXT } from '../file/schema-parts.ts'
import { DONE } from '../run/context.ts'
import type { StepDefinition } from './step.ts'

export interface Clear {
  /** The name of its step; null: all. */
  readonly fault: string | null
}

export const clear: StepDefinition<Clear> = {
  about: 'takes a fault away, by the `as` of its step, or `all`',
  example: 'all',
  schema: TEXT,
  read: (value) => ({ fault: value === 'all' ? null : String(value) }),
  check: (step, { names, at }) => names.check(step.fault, 'fault', at),
  describe: ({ fault }) => (fault === null ? 'clear all faults' : `clear the fault ${fault}`),
  async run({ environment, variables }, { fault }) {
    if (fault === null) environment.clearFaults()
    else environment.clearFaults(variables.faults.get(fault) ?? NO_FAULT)
    return DONE
  },
}

/** No handle is below 1. */
const NO_FAULT = 0
