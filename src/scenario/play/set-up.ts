import { MockError } from '../../core/errors.ts'
import type { Placed } from '../scenario.ts'
import { planFault } from '../steps/plan-fault.ts'
import { registerPlanned } from '../steps/register.ts'
import type { Play } from './play.ts'

/** Webhooks first, so that faults can name them. @throws MockError that says where in the file it is. */
export async function setUp(play: Play): Promise<void> {
  const { webhooks, faults } = play.scenario
  for (const plan of webhooks) await located(plan, async () => void (await registerPlanned(play, plan)))
  for (const plan of faults) await located(plan, async () => void planFault(play, plan))
}

async function located({ at }: Placed, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    const { kind, code, summary, hint } = error
    throw new MockError(kind, code, summary, {
      ...(hint !== undefined && { hint }),
      location: at,
      cause: error,
    })
  }
}
