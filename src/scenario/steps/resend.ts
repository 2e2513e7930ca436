import { MockError } from '../../core/errors.ts'
import { chosenDeliveries, type DeliverySelection, readSelection } from '../expectations/delivery.ts'
import { described, NAME, object, WEBHOOK_NAME } from '../file/schema-parts.ts'
import { DONE } from '../run/context.ts'
import { gatherFacts } from '../run/facts.ts'
import { asMembers, type StepDefinition } from './step.ts'

export const resend: StepDefinition<DeliverySelection & { readonly of: string }> = {
  about: 'sends an old event again, as people do by hand',
  example: { of: 'note', to: 'app' },
  schema: {
    anyOf: [
      NAME,
      object('An event.', { of: described('Name of the event.', NAME), to: WEBHOOK_NAME }, ['of']),
    ],
  },
  read(value) {
    const { of, to } = asMembers(value, 'of')
    return { ...readSelection({ to }), of: String(of) }
  },
  check: ({ of, to }, { names, at }) => [
    ...names.check(of, 'event', `${at}/of`),
    ...names.check(to, 'webhook', `${at}/to`),
  ],
  describe: ({ of, to }) => `resend ${of}${to === null ? '' : ` to ${to}`}`,
  async run(context, step) {
    const chosen = chosenDeliveries(step, await gatherFacts(context, ['deliveries']))
    const first = chosen.filter(({ resendOf }) => resendOf === null)
    if (first.length === 0)
      throw new MockError(
        'input',
        'NOTHING_TO_RESEND',
        `Failed to send "${step.of}" again: it had no delivery.`,
        { hint: 'Look at which webhooks watch for it.' },
      )
    for (const { id } of first) await context.environment.mock.resend(id)
    return DONE
  },
}
