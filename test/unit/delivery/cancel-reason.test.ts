import { expect, it } from 'vitest'
import type { DeliveryCause, Webhook } from '../../../src/core/model.ts'
import { cancelReason } from '../../../src/delivery/cancel.ts'
import { aWebhook } from '../state/records.ts'

const off: Partial<Webhook> = { enabled: false }
const disabled: Partial<Webhook> = { ...off, disabledBy: { reason: '3 deliveries in a row failed', at: 9 } }
const deleted: Partial<Webhook> = { deletedAt: 9 }

it.each<[Partial<Webhook> | undefined, DeliveryCause, string | null]>([
  [{}, 'event', null],
  [{}, 'test', null],
  [off, 'event', 'the webhook is switched off'],
  [off, 'resend', 'the webhook is switched off'],
  [off, 'test', null],
  [disabled, 'event', 'the webhook is switched off: 3 deliveries in a row failed'],
  [deleted, 'event', 'the webhook was deleted'],
  [deleted, 'test', 'the webhook was deleted'],
  [{ ...disabled, ...deleted }, 'event', 'the webhook was deleted: 3 deliveries in a row failed'],
  [undefined, 'event', 'the webhook is gone'],
])('of %j, a delivery made for an %s: %s', (webhook, cause, reason) => {
  expect(cancelReason(webhook === undefined ? undefined : aWebhook('whk_1', webhook), { cause })).toBe(reason)
})
