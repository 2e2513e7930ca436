import { MockError } from '../core/errors.ts'
import type { DeliveryId } from '../core/ids.ts'
import type { TurnResult } from './attempt-once.ts'

/** Why a delivery could not be attempted when somebody asked for it. */
export function stopping(id: DeliveryId): MockError {
  return new MockError('environment', 'STOPPING', `Failed to attempt delivery ${id}: hookproof is stopping.`)
}

export function notAttempted(id: DeliveryId, result: TurnResult): MockError {
  if (result.kind === 'cancelled')
    return new MockError('input', 'CANCELLED', `Failed to attempt delivery ${id}: ${result.delivery.reason}.`)
  const reason =
    result.kind === 'stalled' && result.error instanceof Error
      ? result.error.message
      : 'it is no longer pending'
  return new MockError('environment', 'NOT_ATTEMPTED', `Failed to attempt delivery ${id}: ${reason}`)
}
