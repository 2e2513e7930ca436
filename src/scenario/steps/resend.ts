import { MockError } from '../../core/errors.ts'
import { deliveriesMeant } from '../expectations/delivery.ts'
import { DONE, type Play, type StepOutcome } from '../play/play.ts'
import { readControl } from '../play/read-control.ts'
import type { Step } from '../scenario.ts'

/** Sends every delivery of an event once more, as people do by hand. */
export async function resend(
  play: Play,
  { of, to }: Extract<Step, { kind: 'resend' }>,
): Promise<StepOutcome> {
  const facts = await play.facts('delivery')
  const meant = deliveriesMeant({ of, to }, facts).filter(({ resendOf }) => resendOf === null)
  if (meant.length === 0)
    throw new MockError('input', 'NOTHING_TO_RESEND', `Failed to send "${of}" again: it had no delivery.`, {
      hint: 'Look at which webhooks watch for it.',
    })
  const { origin } = play.stage.mock
  for (const { id } of meant) await readControl(origin, `/deliveries/${id}/resend`, { method: 'POST' })
  return DONE
}
