import type { ServerResponse } from 'node:http'
import type { Operation, Provider } from '../../spec/provider.ts'
import type { Answer } from '../answer.ts'
import { callerOf } from '../authenticate.ts'
import type { ApiRequest, Handled } from '../handle.ts'
import type { MockParts } from '../parts.ts'
import { readMessage } from '../read-message.ts'
import { type ApiPlan, planRequest } from './api-plan.ts'
import { drawDelay } from './draw-delay.ts'
import { faultAnswer } from './fault-answer.ts'
import { cutOff, dribble, pause } from './on-the-wire.ts'
import { createRateLimits } from './rate-limits.ts'

export interface StruckRequest {
  readonly names: readonly string[]
  /** Something takes the place of the provider's answer, so that nobody holds it to the contract. */
  readonly isReplaced: boolean
  /** The answer was never given: there is no status. */
  readonly isCut: boolean
  /** Waits as long as faults have it, then has the request handled, or not. */
  handled(handle: () => Promise<Handled>, unavailable: () => Answer): Promise<Handled>
  /** Gives the answer, or what is left of it. */
  give(answer: Answer): void
}

export type StrikeRequest = (
  operation: Operation,
  request: ApiRequest,
  response: ServerResponse,
) => Promise<StruckRequest | null>

/** What the faults of the API's plane do to requests; null, and next to nothing to pay, where none strikes. */
export function strikeRequests(parts: MockParts, provider: Provider, send: Send): StrikeRequest {
  const limits = createRateLimits(parts.clock)
  const lots = parts.chance.apart(`${provider.id} faults`)
  return async (operation, request, response) => {
    if (parts.faults.isEmpty) return null
    const account = callerOf(
      provider.credentialHeaders,
      await parts.accounts.list(provider.id),
      request.headers,
    )
    const subject = { provider: provider.id, account: account?.name ?? null, operation: operation.id }
    const hits = parts.faults.strike('api', subject)
    const plan = hits.length === 0 ? null : planRequest(hits, subject.account, limits)
    if (plan === null || plan.names.length === 0) return null
    return {
      names: plan.names,
      isReplaced: plan.instead !== null,
      isCut: plan.instead !== null && 'cut' in plan.instead,
      async handled(handle, unavailable) {
        for (const delay of plan.latency) await pause(drawDelay(delay, lots), response)
        const { message } = readMessage(operation, request)
        const usual = plan.instead?.when === 'before' ? { account, message, answer: NOTHING } : await handle()
        if (plan.instead === null || 'cut' in plan.instead) return usual
        const context = { now: parts.clock.now(), requestId: request.id, requestPath: request.ownPath }
        const answer = await faultAnswer(plan.instead.status, operation, message, context, unavailable)
        return { ...usual, answer }
      },
      give: (answer) => give(plan, response, answer, send),
    }
  }
}

type Send = (response: ServerResponse, answer: Answer) => void

const NOTHING: Answer = { status: 0, headers: {}, body: null }

function give({ instead, dribbleMs }: ApiPlan, response: ServerResponse, answer: Answer, send: Send): void {
  if (instead !== null && 'cut' in instead) cutOff(response, instead.cut)
  else if (dribbleMs !== null) dribble(response, answer, dribbleMs)
  else send(response, answer)
}
