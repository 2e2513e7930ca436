import { DONE } from '../run/context.ts'
import type { StepDefinition } from './step.ts'

export const restart: StepDefinition<object> = {
  about: 'kills the mock and starts it on the same state',
  example: null,
  schema: { type: 'null' },
  bare: true,
  read: () => ({}),
  describe: () => 'restart the mock',
  async run({ environment }) {
    await environment.restart()
    return DONE
  },
}
