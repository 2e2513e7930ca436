import type { Action } from '../../spec/vocabulary.ts'
import type { ActionHandler } from '../context.ts'
import { readAccount } from './account.ts'
import { listAttempts, listEventTypes, resend, sendTest } from './deliveries.ts'
import { addFilters, listFilters, removeFilters } from './filters.ts'
import { issueToken } from './tokens.ts'
import { create, list, read, remove, rotateSecret, update } from './webhooks.ts'

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
  'read-account': readAccount,
  'issue-token': issueToken,
}
