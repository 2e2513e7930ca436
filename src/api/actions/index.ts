import type { Action } from '../../spec/vocabulary.ts'
import type { ActionHandler } from '../call.ts'
import { create } from './create.ts'
import { addFilters, listFilters, removeFilters } from './filters.ts'
import { list } from './list.ts'
import { listAttempts } from './list-attempts.ts'
import { listEventTypes } from './list-event-types.ts'
import { read } from './read.ts'
import { remove } from './remove.ts'
import { resend } from './resend.ts'
import { rotateSecret } from './rotate-secret.ts'
import { sendTest } from './send-test.ts'
import { update } from './update.ts'

export const ACTIONS: Readonly<Record<Action, ActionHandler>> = {
  list,
  create,
  read,
  update,
  delete: remove,
  'rotate-secret': rotateSecret,
  'send-test': sendTest,
  'list-filters': listFilters,
  'add-filters': addFilters,
  'remove-filters': removeFilters,
  'list-attempts': listAttempts,
  'list-event-types': listEventTypes,
  resend,
}
