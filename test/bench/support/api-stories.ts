import type { CannedRoute } from './bare-express.ts'
import type { Call, Shot } from './drive.ts'

type Method = Shot['method']

/** How webhooks of a provider are managed over its API. */
interface ApiStory {
  readonly provider: string
  readonly base: string
  readonly collection: string
  readonly createPath: string
  /** Of one webhook, with `:id`. */
  readonly item: string
  readonly update: Method
  readonly created: (n: number) => unknown
  readonly updated: (n: number) => unknown
}

export const API_STORIES: readonly ApiStory[] = [
  {
    provider: 'companybelgium',
    base: '/companybelgium/api/v2',
    collection: '/webhooks',
    createPath: '/webhook',
    item: '/webhook/:id',
    update: 'PUT',
    created: (n) => ({
      name: `listener ${n}`,
      url: 'http://127.0.0.1:9/in',
      entityNumbers: ['0403.170.701'],
    }),
    updated: (n) => ({ name: `renamed ${n}`, url: 'http://127.0.0.1:9/in' }),
  },
  {
    provider: 'beel',
    base: '/beel/api',
    collection: '/v1/webhooks',
    createPath: '/v1/webhooks',
    item: '/v1/webhooks/:id',
    update: 'PATCH',
    created: () => ({ url: 'http://127.0.0.1:9/in', events: ['invoice.emitted', 'invoice.cancelled'] }),
    updated: () => ({ events: ['invoice.emitted'] }),
  },
]

/** The calls of one round: create, then so often read, list and update, and delete at the end. */
const REPEATED = 8

/** One webhook's life, told by the id that its creation answered. */
export async function apiRound(
  { base, collection, createPath, item, update, created, updated }: ApiStory,
  call: Call,
  credentials: Readonly<Record<string, string>>,
): Promise<void> {
  const withBody = { ...credentials, 'Content-Type': 'application/json' }
  const { text } = await call({
    method: 'POST',
    path: base + createPath,
    headers: withBody,
    body: JSON.stringify(created(1)),
  })
  const path = base + item.replace(':id', idIn(text))
  for (let n = 0; n < REPEATED; n++) {
    await call({ method: 'GET', path, headers: credentials })
    await call({ method: 'GET', path: base + collection, headers: credentials })
    await call({ method: update, path, headers: withBody, body: JSON.stringify(updated(n)) })
    if (n % 2 === 0) continue
    const extra = await call({
      method: 'POST',
      path: base + createPath,
      headers: withBody,
      body: JSON.stringify(created(n)),
    })
    await call({
      method: 'DELETE',
      path: base + item.replace(':id', idIn(extra.text)),
      headers: credentials,
    })
  }
  await call({ method: 'DELETE', path, headers: credentials })
}

/** What the mock answered to each route, for a server that says the same without doing anything. */
export function cannedRoutes(
  { base, item }: ApiStory,
  seen: readonly [Shot, number, string][],
): CannedRoute[] {
  const literal = (path: string) => (path.startsWith(base + item.replace(':id', '')) ? base + item : path)
  return seen.map(([{ method, path }, status, text]) => ({
    method,
    path: literal(path),
    status,
    answer: text === '' ? null : (JSON.parse(text) as unknown),
  }))
}

function idIn(text: string): string {
  const answer = JSON.parse(text) as { data?: { id: string } }
  if (answer.data === undefined) throw new Error(`no id in ${text}`)
  return answer.data.id
}
