import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Mock } from '../../src/mock/start-mock.ts'

// TSANet's Java SDK (tsanetgit/Connect_SDK), followed call by call: what its gateways send, what they read from the answers, and
// what its webhook receiver does with a delivery. Written anew from what it does.

export interface SdkSubscription {
  /** A Java long. */
  readonly id: bigint
  readonly callbackUrl: string
  readonly eventTypes: readonly string[]
  readonly active: boolean
  readonly createdAt: string
  readonly updatedAt?: string
  readonly secret?: string
}

export interface SdkDelivery {
  readonly id: bigint
  readonly cloudEventId: string
  readonly eventType: string
  readonly httpStatus: number | null
  readonly attemptNumber: number
  readonly success: boolean
  readonly requestBody: string
  readonly responseBody: string | null
  readonly createdAt: string
}

/** What the generated client throws for an answer that is not a 2xx. */
export class SdkError extends Error {
  readonly status: number
  readonly body: string

  constructor(status: number, body: string) {
    super(`Connect API returned ${status}`)
    this.status = status
    this.body = body
  }
}

/** A session of the SDK with one account of the mock. `version` is that of its subscriptions. */
export function sdkSession(mock: Pick<Mock, 'url'>, provider = 'tsanet', version: 'v1' | 'v2' = 'v1') {
  const secrets = new Map<bigint, string>()
  let token: string | undefined

  async function call(method: string, path: string, body?: string): Promise<unknown> {
    const answer = await fetch(`${mock.url(provider)}${path}`, {
      method,
      headers: {
        // The generated client asks for JSON alone, so it lives in the default error mode.
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new SdkError(answer.status, text)
    return text === '' ? null : withLongs(text)
  }
  const list = async () => (await call('GET', `/${version}/webhooks`)) as SdkSubscription[]

  return {
    async login(username: string, password: string): Promise<void> {
      const body = JSON.stringify({ username, password })
      token = ((await call('POST', '/v1/login', body)) as { accessToken: string }).accessToken
    },
    /** As after a login elsewhere, with Entra for instance. */
    use(bearer: string): void {
      token = bearer
    },
    list,
    /** The models of the generated client write an unset list as [] and an unset object as null. */
    async create(callbackUrl: string, eventTypes: readonly string[] = []): Promise<SdkSubscription> {
      const body = JSON.stringify({ callbackUrl, eventTypes, callbackAuth: null })
      const made = (await call('POST', `/${version}/webhooks`, body)) as SdkSubscription
      await list()
      secrets.set(made.id, made.secret ?? '')
      return made
    },
    async deliveries(id: bigint, page = 0, size = 20) {
      return (await call('GET', `/v1/webhooks/${id}/deliveries?page=${page}&size=${size}`)) as {
        content: SdkDelivery[]
        totalElements: bigint
        totalPages: bigint
        size: bigint
        number: bigint
      }
    },
    async remove(id: bigint): Promise<readonly SdkSubscription[]> {
      await call('DELETE', `/v1/webhooks/${id}`)
      return list()
    },
    /** What its webhook controller answers to a delivery: any secret that it knows may have signed it. */
    receive(signature: string | undefined, body: Buffer): { status: number; message: string } {
      const signed = [...secrets.values()].some((secret) => isSignedBy(secret, signature, body))
      if (!signed) return { status: 401, message: 'Invalid or missing webhook signature' }
      const payload = JSON.parse(body.toString('utf8')) as Record<string, unknown>
      for (const field of ['eventType', 'requestToken'])
        if (typeof payload[field] !== 'string' || payload[field].trim() === '')
          return { status: 400, message: `Webhook payload missing ${field}` }
      return { status: 200, message: `${payload.eventType} ${payload.requestToken}` }
    },
  }
}

function isSignedBy(secret: string, signature: string | undefined, body: Buffer): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const given = Buffer.from((signature ?? '').trim())
  return expected.length === given.length && timingSafeEqual(expected, given)
}

/** JSON as Java reads it: an `id` and the counts of a page are longs, which numbers here would round. */
function withLongs(text: string): unknown {
  const quoted = text.replace(/"(id|totalElements|totalPages|size|number)":(\d+)/g, '"$1":"$2n"')
  return JSON.parse(quoted, (_, value: unknown) =>
    typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  )
}
