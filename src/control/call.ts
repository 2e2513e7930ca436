import type { ServerResponse } from 'node:http'
import type { MockParts } from '../api/context.ts'
import { providerNamed } from '../api/lookup.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { AccountName, ProviderId } from '../core/random.ts'
import type { Scope } from '../state/store.ts'
import { badParameter } from './problems.ts'

/** A request to the control API that does not break its contract. */
export interface ControlCall {
  readonly parts: ControlParts
  /** The mock's address as the caller has it: `http://127.0.0.1:4010`. */
  readonly origin: string
  /** Decoded. */
  readonly path: Readonly<Record<string, string>>
  /** Read as the types of their schemas. */
  readonly query: Readonly<Record<string, Json>>
  /** Empty where there was none, and for an {@link ControlRoute.upload}. */
  readonly body: JsonObject
  /** The bytes of an {@link ControlRoute.upload}, as they arrive. */
  readonly upload: () => AsyncGenerator<Uint8Array>
  /** Aborted once the client has gone. */
  readonly gone: AbortSignal
}

export type ControlAnswer =
  | { readonly status: number; readonly body: unknown }
  /** Writes its own answer, for as long as the client stays. */
  | { readonly stream: (response: ServerResponse) => void | Promise<void> }

export type ControlHandler = (call: ControlCall) => Promise<ControlAnswer> | ControlAnswer

export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/_mock`. */
  readonly path: string
  readonly operationId: string
  readonly handler: ControlHandler
  /** Answered before the contract engine is loaded: programs that wait for the start ask for it. */
  readonly immediate?: true
  /** Its handler reads the body itself, which may be of any length. */
  readonly upload?: true
}

export function ok(body: unknown, status = 200): ControlAnswer {
  return { status, body }
}

/** What the control API works with: a mock's parts, and what only its composition root can do. */
export interface ControlParts extends MockParts {
  readonly version: string
  /** Answers with what happens from now on, see `openapi/control.yaml`. */
  readonly stream: (response: ServerResponse) => void
  /** State, delivery log and request log back to what the start asked for; all of it, or one provider's or account's. */
  readonly reset: (scope?: Scope) => Promise<void>
}

/** The scope that query parameters name. @throws ControlProblem 400 for an unknown provider */
export function scopeOf(
  { providers }: Pick<ControlParts, 'providers'>,
  { provider, account }: Readonly<Record<string, Json>>,
): Scope {
  return {
    provider: provider === undefined ? undefined : providerOf(providers, provider),
    account: account as AccountName | undefined,
  }
}

function providerOf(providers: ControlParts['providers'], name: Json): ProviderId {
  try {
    return providerNamed({ providers }, name).id
  } catch (error) {
    throw badParameter('provider', (error as Error).message)
  }
}
