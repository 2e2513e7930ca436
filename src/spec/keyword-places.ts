import type { NodeKind } from './nodes.ts'
import type { Keyword } from './vocabulary.ts'

/** Where each keyword may stand. */
export const KEYWORD_PLACES: Readonly<Record<Keyword, readonly NodeKind[]>> = {
  'x-mock-provider': ['root'],
  'x-mock-resource': ['schema'],
  'x-mock-operation': ['operation'],
  'x-mock-value': ['schema', 'header', 'parameter'],
  'x-mock-errors': ['root', 'operation'],
  'x-mock-signature': ['root', 'event', 'event-operation'],
  'x-mock-delivery': ['root'],
}
