import { MockError } from '../../core/errors.ts'
import { deliveriesMeant } from '../expectations/delivery.ts'
import { DONE, type Play, type StepOutcome } from '../play/play.ts'
import type { Step } from '../scenario.ts'

/** Sends every delivery of an event once more, as people do by hand. */
export async function resend(
  play: Play,
  { of, to }: Extract<Step, { kind: 'resend' }>,
): Promise<StepOutcome> {
  const meant = deliveriesMeant({ of, to }, await play.facts()).filter(({ resendOf }) => resendOf === null)
  if (meant.length === 0)
    throw new MockError('input', 'NOTHING_TO_RESEND', `Failed to send "${of}" again: it had no delivery.`, {
      hint: 'Look at which webhooks watch for it.',
    })
  const { request } = await import('undici')
  for (const { id } of meant) {
    const { statusCode, body } = await request(`${play.stage.mock.origin}/_mock/deliveries/${id}/resend`, {
      method: 'POST',
    })
    const text = await body.text()
    if (statusCode !== 202)
      return { mismatches: [{ what: 'resend', expected: '202', actual: `${statusCode} ${text}` }] }
  }
  return DONE
}
