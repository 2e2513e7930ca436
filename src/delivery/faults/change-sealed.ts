import type { HeaderLines } from '../../core/attempt.ts'
import type { DeliveryAction } from '../../fault/fault.ts'
import type { BuiltRequest } from '../build-request.ts'
import { withMembers } from './change-payload.ts'
import { rewritten } from './rewritten.ts'

type Changes = {
  readonly [N in DeliveryAction['name']]?: (
    action: Extract<DeliveryAction, { name: N }>,
    request: BuiltRequest,
    registered: string,
  ) => BuiltRequest
}

const CHANGES: Changes = {
  'alter-after-signing': ({ set }, request) => ({ ...request, body: altered(request.body, set) }),
  reserialise: (_, request) => ({ ...request, body: rewritten(request.body) ?? request.body }),
  // A scheme may sign in the query, too: what was registered has nothing there.
  'missing-signature': (_, request, registered) => ({
    ...request,
    headers: request.unsigned,
    url: registered,
    signature: null,
  }),
  'wrong-content-type': ({ type }, request) => ({
    ...request,
    headers: withContentType(request.headers, type),
    unsigned: withContentType(request.unsigned, type),
  }),
}

/**
 * A request that is changed after it was signed; null where an action is about something else.
 * @param registered the URL without what a scheme may have added.
 */
export function changeSealed(
  action: DeliveryAction,
  request: BuiltRequest,
  registered: string,
): BuiltRequest | null {
  const change = CHANGES[action.name] as
    | ((action: DeliveryAction, request: BuiltRequest, registered: string) => BuiltRequest)
    | undefined
  return change?.(action, request, registered) ?? null
}

function altered(body: Buffer, set: Parameters<typeof withMembers>[1] | null): Buffer {
  const changed = withMembers(body, set ?? { hookproof_altered: true })
  // Members that were so before, or no object: a space more is another body, too.
  return changed.equals(body) ? Buffer.concat([body, Buffer.from(' ')]) : changed
}

function withContentType(headers: HeaderLines, type: string): HeaderLines {
  return headers.map(([name, value]) => [name, name.toLowerCase() === 'content-type' ? type : value])
}
