import type { Mock } from '../../src/mock/start-mock.ts'

/** One line of a provider's own delivery log, in common words. */
export interface LoggedAttempt {
  readonly code: number | null
  readonly at: string
  readonly event: string
}

export interface CreatedWebhook {
  readonly id: string
  readonly secret: string
}

/** What a team's client of each provider does: written by hand against the source documents, not against our code. */
export interface ProviderClient {
  readonly provider: string
  readonly event: string
  create(url: string): Promise<CreatedWebhook>
  /** Newest first; undefined where the provider has no log. */
  log?(id: string): Promise<readonly LoggedAttempt[]>
  remove(id: string): Promise<number>
}

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: never }>

async function caller(mock: Mock, provider: string): Promise<Call> {
  const credentials = await mock.credentials(provider)
  return async (method, path, body) => {
    const response = await fetch(`${mock.url(provider)}${path}`, {
      method,
      headers: { ...credentials, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as never }
  }
}

const CLIENTS: Readonly<Record<string, (call: Call) => Omit<ProviderClient, 'provider'>>> = {
  companybelgium: (call) => ({
    event: 'enterprise.updated',
    async create(url) {
      const entityNumbers = ['0403.170.701']
      const { body } = await call('POST', '/webhook', { name: 'Prod listener', url, entityNumbers })
      const { id, hmacSecret } = (body as { data: { id: string; hmacSecret: string } }).data
      return { id, secret: hmacSecret }
    },
    async log(id) {
      const { body } = await call('GET', `/webhook/${id}/events`)
      const { data } = body as { data: { eventId: string; responseCode: number | null; at: string }[] }
      return data.map(({ eventId, responseCode, at }) => ({ event: eventId, code: responseCode, at }))
    },
    remove: async (id) => (await call('DELETE', `/webhook/${id}`)).status,
  }),
  beel: (call) => ({
    event: 'invoice.emitted',
    async create(url) {
      const { body } = await call('POST', '/v1/webhooks', { url, events: ['invoice.emitted'] })
      return (body as { data: CreatedWebhook }).data
    },
    async log(id) {
      const { body } = await call('GET', `/v1/webhooks/${id}/deliveries`)
      const { data } = body as {
        data: { webhook_event_id: string; http_status: number | null; delivered_at: string }[]
      }
      return data.map((one) => ({ event: one.webhook_event_id, code: one.http_status, at: one.delivered_at }))
    },
    remove: async (id) => (await call('DELETE', `/v1/webhooks/${id}`)).status,
  }),
  donutwork: (call) => ({
    event: 'RecurringPayments.charge.paid',
    async create(url) {
      const webhook = { name: 'Billing Events', url, events: 'RecurringPayments.charge.paid' }
      const { body } = await call('POST', '/2026-02-01/webhooks.json', { webhook })
      const { id, token } = body as { id: string; token: string }
      return { id, secret: token }
    },
    remove: async (id) => (await call('DELETE', `/2026-02-01/webhooks/${id}.json`)).status,
  }),
  tsanet: (call) => ({
    event: 'note.created',
    async create(callbackUrl) {
      const { body } = await call('POST', '/v1/webhooks', { callbackUrl, eventTypes: ['note.created'] })
      const { id, secret } = body as { id: number; secret: string }
      return { id: String(id), secret }
    },
    async log(id) {
      const { body } = await call('GET', `/v1/webhooks/${id}/deliveries`)
      const { content } = body as {
        content: { cloudEventId: string; httpStatus: number | null; createdAt: string }[]
      }
      return content.map((one) => ({ event: one.cloudEventId, code: one.httpStatus, at: one.createdAt }))
    },
    remove: async (id) => (await call('DELETE', `/v1/webhooks/${id}`)).status,
  }),
}

export const CLIENT_NAMES = Object.keys(CLIENTS)

export async function clientOf(mock: Mock, provider: string): Promise<ProviderClient> {
  const make = CLIENTS[provider]
  if (make === undefined) throw new Error(`no client of ${provider}`)
  return { provider, ...make(await caller(mock, provider)) }
}
