import type { Attempt } from '../core/attempt.ts'
import type { Delivery } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Provider } from '../spec/provider.ts'

/** One line of a provider's delivery log: an attempt with what it belongs to. */
export class LogEntry {
  readonly attempt: Attempt
  readonly delivery: Delivery
  readonly event: Event
  readonly webhook: Webhook
  readonly provider: Provider

  constructor(parts: {
    readonly attempt: Attempt
    readonly delivery: Delivery
    readonly event: Event
    readonly webhook: Webhook
    readonly provider: Provider
  }) {
    this.attempt = parts.attempt
    this.delivery = parts.delivery
    this.event = parts.event
    this.webhook = parts.webhook
    this.provider = parts.provider
  }
}
