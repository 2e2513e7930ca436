import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { callApi, textAt } from '../support/api-call.ts'

interface Routes {
  readonly create: string
  readonly body: (url: string) => unknown
  readonly idAt: string
  readonly list: string
  /** Where the list of webhooks stands in the answer. */
  readonly listAt: (body: never) => readonly { readonly id: string | number }[]
  readonly event: string
  /** What is asked of the other account's webhook, and what its own documents have that answered. */
  readonly foreign: readonly (readonly [route: string, body: unknown, status: number, told: unknown])[]
}

const belgianNotFound = { success: false, error: 'Webhook not found' }
const beelNotFound = {
  success: false,
  error: { code: 'NOT_FOUND', message: 'Resource not found' },
}
const ENTITIES = { entityNumbers: ['0738.916.702'] }
const DELIVERY = '00000000-0000-4000-8000-000000000000'

// `@` stands for the id of the other account's webhook.
const PROVIDERS: Readonly<Record<string, Routes>> = {
  companybelgium: {
    create: 'POST /webhook',
    body: (url) => ({ name: 'n', url, entityNumbers: ['0403.170.701'] }),
    idAt: '/data/id',
    list: 'GET /webhooks',
    listAt: ({ data }: { data: [] }) => data,
    event: 'enterprise.updated',
    foreign: [
      ['GET /webhook/@', undefined, 404, belgianNotFound],
      ['PUT /webhook/@', { disabled: true }, 404, belgianNotFound],
      ['PATCH /webhook/@/hmac-secret', undefined, 404, belgianNotFound],
      ['POST /webhook/@/trigger', undefined, 404, belgianNotFound],
      ['GET /webhook/@/subscriptions', undefined, 404, belgianNotFound],
      ['POST /webhook/@/subscriptions', ENTITIES, 404, belgianNotFound],
      ['DELETE /webhook/@/subscriptions', ENTITIES, 404, belgianNotFound],
      ['GET /webhook/@/events', undefined, 404, belgianNotFound],
      ['DELETE /webhook/@', undefined, 404, belgianNotFound],
    ],
  },
  beel: {
    create: 'POST /v1/webhooks',
    body: (url) => ({ url, events: ['invoice.emitted'] }),
    idAt: '/data/id',
    list: 'GET /v1/webhooks',
    listAt: ({ data }: { data: { webhooks: [] } }) => data.webhooks,
    event: 'invoice.emitted',
    foreign: [
      ['GET /v1/webhooks/@', undefined, 404, beelNotFound],
      ['PATCH /v1/webhooks/@', { active: false }, 404, beelNotFound],
      ['POST /v1/webhooks/@/secret', undefined, 404, beelNotFound],
      ['GET /v1/webhooks/@/deliveries', undefined, 404, beelNotFound],
      [`POST /v1/webhooks/@/deliveries/${DELIVERY}/retry`, undefined, 404, beelNotFound],
      ['DELETE /v1/webhooks/@', undefined, 404, beelNotFound],
    ],
  },
  donutwork: {
    create: 'POST /2026-02-01/webhooks.json',
    body: (url) => ({ webhook: { name: 'n', url, events: 'RecurringPayments.charge.paid' } }),
    idAt: '/id',
    list: 'GET /2026-02-01/webhooks.json',
    listAt: ({ elements }: { elements: [] }) => elements,
    event: 'RecurringPayments.charge.paid',
    foreign: [
      ['GET /2026-02-01/webhooks/@.json', undefined, 404, { error: 'Webhook not found.' }],
      [
        'DELETE /2026-02-01/webhooks/@.json',
        undefined,
        404,
        { error: 'Webhook not found. Unable to delete unknown resource' },
      ],
    ],
  },
  tsanet: {
    create: 'POST /v1/webhooks',
    body: (callbackUrl) => ({ callbackUrl }),
    idAt: '/id',
    list: 'GET /v1/webhooks',
    listAt: (list: []) => list,
    event: 'note.created',
    // Here another company's webhook is known to exist: 403.
    foreign: [
      ['GET /v1/webhooks/@/deliveries', undefined, 403, { status: 403, title: 'Forbidden' }],
      ['DELETE /v1/webhooks/@', undefined, 403, { status: 403, title: 'Forbidden' }],
    ],
  },
}

let mock: Mock
let receiver: Receiver
beforeAll(async () => {
  mock = await startMock({ clock: { kind: 'virtual' } })
  receiver = await startReceiver()
})
afterAll(async () => {
  await mock.close(0)
  await receiver.close()
})

describe.each(Object.entries(PROVIDERS))('two accounts of %s', (provider, routes) => {
  const ids: Record<string, string> = {}
  const accounts = ['default', 'other']
  const call = (account: string, route: string, body?: unknown) =>
    callApi(mock, provider, route, body, { account, headers: { Accept: 'application/problem+json, */*' } })
  const listed = async (account: string) =>
    routes.listAt((await call(account, routes.list)).body as never).map(({ id }) => String(id))

  beforeAll(async () => {
    for (const account of accounts) {
      const created = await call(
        account,
        routes.create,
        routes.body(`${receiver.url}/${provider}/${account}`),
      )
      ids[account] = textAt(created, routes.idAt)
    }
  })

  it('each list their own webhooks alone', async () => {
    for (const account of accounts) expect(await listed(account)).toEqual([ids[account]])
  })

  it('deliver to their own webhooks alone', async () => {
    const before = receiver.received.length
    for (const account of accounts) {
      const others = accounts.filter((name) => name !== account)
      const { event, deliveries, skipped } = await mock.trigger(provider, routes.event, undefined, {
        account,
      })
      await mock.settle()
      expect(deliveries).toHaveLength(1)
      expect(skipped).toEqual([
        {
          webhook: null,
          reason: expect.stringContaining(`1 webhook of another account (${others}) watches`),
        },
      ])
      expect((await mock.deliveries({ event: event.id })).map((one) => one.account)).toEqual([account])
    }
    expect(receiver.received.slice(before).map(({ path }) => path)).toEqual(
      accounts.map((account) => `/${provider}/${account}`),
    )
  })

  it.each(routes.foreign)('%s of the other account', async (route, body, status, told) => {
    const own = (account: string) => listed(account)
    const before = [await own('default'), await own('other'), receiver.received.length]
    const id = ids.default ?? ''
    const known = await call('other', route.replace('@', id), body)
    expect({ status: known.status, body: known.body }).toMatchObject({ status, body: told })
    expect([await own('default'), await own('other'), receiver.received.length]).toEqual(before)
    if (status !== 404) return
    // Nothing tells it from one that does not exist.
    const absent = await call(
      'other',
      route.replace(
        '@',
        id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      ),
      body,
    )
    expect({ status: absent.status, body: absent.body }).toMatchObject({ status, body: told })
  })

  it('are separate in the control API, too', async () => {
    for (const account of accounts)
      for (const list of ['webhooks', 'events', 'deliveries']) {
        const answer = await fetch(`${mock.origin}/_mock/${list}?provider=${provider}&account=${account}`)
        const { [list]: items } = (await answer.json()) as Record<string, { account: string }[]>
        expect(items?.length, list).toBeGreaterThan(0)
        expect(new Set(items?.map((item) => item.account)), list).toEqual(new Set([account]))
      }
    await mock.reset({ provider: provider as never, account: 'other' as never })
    expect([await listed('default'), await listed('other')]).toEqual([[ids.default], []])
  })
})

it('keeps accounts that were made at run time, with what is theirs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hookproof-accounts-'))
  const options = { db: join(folder, 'db.json'), providers: ['beel'], clock: { kind: 'virtual' } } as const
  const body = { url: receiver.url, events: ['invoice.emitted'] }
  let running = await startMock(options)
  try {
    const answer = await fetch(`${running.origin}/_mock/accounts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ provider: 'beel', scopes: ['webhooks:read'] }),
    })
    expect(answer.status).toBe(201)
    const reader = (await answer.json()) as { account: string; credentials: Record<string, string> }
    const full = await running.account('beel')
    const as = (
      { credentials }: { credentials: Readonly<Record<string, string>> },
      route: string,
      sent?: unknown,
    ) => callApi(running, 'beel', route, sent, { credentials })
    const id = textAt(await as(full, 'POST /v1/webhooks', body), '/data/id')
    expect((await as(reader, 'POST /v1/webhooks', body)).status).toBe(403)

    await running.close()
    running = await startMock(options)
    expect(await as(full, `GET /v1/webhooks/${id}`)).toMatchObject({ status: 200, body: { data: { id } } })
    expect(await as(reader, 'GET /v1/webhooks')).toMatchObject({
      status: 200,
      body: { data: { webhooks: [] } },
    })
    expect((await as(reader, 'POST /v1/webhooks', body)).status).toBe(403)
    expect(await running.credentials('beel', full.name)).toEqual(full.credentials)
    expect((await running.account('beel')).name).not.toBe(full.name)
  } finally {
    await running.close(0)
    await rm(folder, { recursive: true, force: true })
  }
})
