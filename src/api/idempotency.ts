import { createHash } from 'node:crypto'
import { later } from '../core/clock.ts'
import { parseDuration } from '../core/units.ts'
import { type KeptAnswer, put } from '../state/store.ts'
import { type MockParts, problem, type RequestProblem } from './context.ts'
import type { Answer } from './render.ts'

interface KeyedRequest {
  /** Of the answer that is kept for it. */
  readonly id: string
  readonly fingerprint: string
  readonly keepMs: number
  readonly replayHeader: string | undefined
}

export function keyedRequest(
  id: string,
  request: { readonly method: string; readonly path: string; readonly bytes: Buffer },
  rule: { readonly keep: string; readonly replayHeader?: string },
): KeyedRequest {
  const hash = createHash('sha256').update(`${request.method} ${request.path}\n`).update(request.bytes)
  return {
    id,
    fingerprint: hash.digest('hex'),
    keepMs: parseDuration(rule.keep),
    replayHeader: rule.replayHeader,
  }
}

/** Answers a request with the same key the same way, and lets none run beside another. */
export interface Idempotency {
  once(
    keyed: KeyedRequest,
    work: () => Promise<Answer>,
    refuse: (problem: RequestProblem) => Answer,
  ): Promise<Answer>
}

export function createIdempotency({ store, clock }: Pick<MockParts, 'store' | 'clock'>): Idempotency {
  const running = new Map<string, string>()
  const replay = (kept: KeptAnswer, header: string | undefined): Answer => ({
    status: kept.status,
    headers: { ...kept.headers, ...(header !== undefined && { [header]: 'true' }) },
    body: kept.body === '' ? null : kept.body,
  })
  return {
    async once(keyed, work, refuse) {
      const { id, fingerprint, keepMs, replayHeader } = keyed
      const other = running.get(id)
      if (other !== undefined)
        return refuse(problem(other === fingerprint ? 'idempotency-processing' : 'idempotency-mismatch'))
      running.set(id, fingerprint)
      try {
        const kept = await store.keptAnswer(id)
        if (kept !== undefined && kept.expiresAt > clock.now())
          return kept.fingerprint === fingerprint
            ? replay(kept, replayHeader)
            : refuse(problem('idempotency-mismatch'))
        const answer = await work()
        if (isKept(answer.status)) {
          const { status, headers } = answer
          const body = answer.body ?? ''
          const expiresAt = later(clock.now(), keepMs)
          await store.commit([put('answers', { id, fingerprint, status, headers, body, expiresAt })])
        }
        return answer
      } finally {
        running.delete(id)
      }
    },
  }
}

/** Success and server errors are kept; a client may correct its mistake and send the request again. */
function isKept(status: number): boolean {
  return (status >= 200 && status < 300) || status >= 500
}
