import { createHash } from 'node:crypto'
import { later } from '../core/clock.ts'
import type { Delivery } from '../core/model.ts'
import type { DeliveryId } from '../core/random.ts'
import { parseDuration } from '../core/units.ts'
import { type Change, type KeptAnswer, put } from '../state/store.ts'
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

/** A key that has no answer yet. */
interface OpenKey {
  /** The delivery that the same request made before the mock ended. */
  readonly begun: DeliveryId | null
  /** Keeps the answer, where one of its status is kept. */
  keep(answer: Answer): readonly Change[]
  /** Keeps which delivery was made. */
  begins(delivery: Delivery): readonly Change[]
}

/** Answers a request with the same key the same way, and lets none run beside another. */
export interface Idempotency {
  once(
    keyed: KeyedRequest,
    work: (key: OpenKey) => Promise<Answer>,
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
        const found = await store.keptAnswer(id)
        const kept = found !== undefined && found.expiresAt > clock.now() ? found : undefined
        if (kept !== undefined && kept.fingerprint !== fingerprint)
          return refuse(problem('idempotency-mismatch'))
        if (kept !== undefined && kept.begun === undefined) return replay(kept, replayHeader)
        let isAnswered = false
        const keep = (answer: Pick<KeptAnswer, 'status' | 'headers' | 'body' | 'begun'>) => [
          put('answers', { id, fingerprint, ...answer, expiresAt: later(clock.now(), keepMs) }),
        ]
        const key: OpenKey = {
          begun: kept?.begun ?? null,
          keep({ status, headers, body }) {
            if (!isKept(status)) return []
            isAnswered = true
            return keep({ status, headers, body: body ?? '' })
          },
          begins: ({ id: begun }) => keep({ status: 0, headers: {}, body: '', begun }),
        }
        const answer = await work(key)
        if (!isAnswered) await store.commit(key.keep(answer))
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
