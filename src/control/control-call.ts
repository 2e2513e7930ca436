import type { ServerResponse } from 'node:http'
import type { Json, JsonObject } from '../core/json.ts'
import type { ControlParts } from './control-parts.ts'

/** A request to the control API that keeps to its contract. */
export interface ControlCall {
  readonly parts: ControlParts
  /** Decoded. */
  readonly path: Readonly<Record<string, string>>
  /** Read as the types of their schemas. */
  readonly query: Readonly<Record<string, Json>>
  /** Empty where there was none. */
  readonly body: JsonObject
  /** Aborted once the client has gone. */
  readonly gone: AbortSignal
}

export type ControlAnswer =
  | { readonly status: number; readonly body: unknown }
  /** Writes its own answer, for as long as the client stays. */
  | { readonly stream: (response: ServerResponse) => void }

export type ControlHandler = (call: ControlCall) => Promise<ControlAnswer> | ControlAnswer

export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/_mock`. */
  readonly path: string
  readonly operationId: string
  readonly handler: ControlHandler
  /** Answered before the contract engine is loaded: programs that wait for the start ask for it. */
  readonly immediate?: true
}

export function ok(body: unknown, status = 200): ControlAnswer {
  return { status, body }
}
