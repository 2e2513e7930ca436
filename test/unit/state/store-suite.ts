import { describe, expect, it } from 'vitest'
import type { AccountName, DeliveryId, EventId, ProviderId, WebhookId } from '../../../src/core/random.ts'
import { CLOCK_COUNTER, keptAnswerId, type PageRequest, put, type Store } from '../../../src/state/store.ts'
import {
  ACME,
  aDelivery,
  anAttempt,
  anEvent,
  aSettledRound,
  aWebhook,
  importState,
  MAIN,
  settled,
} from './records.ts'
import { failureOf } from './temporary-state.ts'

const first = 'del_1' as DeliveryId
const hook = 'whk_1' as WebhookId
const event = 'evt_1' as EventId
const all = { limit: 100 }
const ids = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id)

/** What every store must do, whatever it keeps its records in. */
export function storeSuite(name: string, open: () => Promise<Store>): void {
  describe(`${name}: keeping`, () => {
    it('answers what was put last, and nothing for what is unknown', async () => {
      const store = await open()
      await store.commit([put('webhooks', aWebhook('whk_1')), put('events', anEvent('evt_1'))])
      await store.commit([put('webhooks', aWebhook('whk_1', { enabled: false }))])
      expect(await store.webhook(hook)).toEqual(aWebhook('whk_1', { enabled: false }))
      expect(await store.event(event)).toEqual(anEvent('evt_1'))
      expect(await store.delivery(first)).toBeUndefined()
      await store.commit([{ table: 'webhooks', remove: 'whk_1' }])
      expect(await store.webhook(hook)).toBeUndefined()
    })

    it('lists webhooks in the order of their registration, deleted ones only when asked', async () => {
      const store = await open()
      const other = 'other' as AccountName
      await store.commit([
        put('webhooks', aWebhook('whk_1')),
        put('webhooks', aWebhook('whk_2', { account: other })),
        put('webhooks', aWebhook('whk_3')),
      ])
      await store.commit([put('webhooks', aWebhook('whk_1', { deletedAt: 9 }))])
      await store.commit([put('webhooks', aWebhook('whk_3', { url: 'http://127.0.0.1/new' }))])
      expect(ids(await store.webhooks())).toEqual(['whk_2', 'whk_3'])
      expect(ids(await store.webhooks({ provider: ACME, account: MAIN }))).toEqual(['whk_3'])
      expect(ids(await store.webhooks({ account: other }))).toEqual(['whk_2'])
      expect(ids(await store.webhooks({ account: MAIN, deleted: true }))).toEqual(['whk_1', 'whk_3'])
    })

    it('finds a webhook by its id at its provider, unless it is deleted', async () => {
      const store = await open()
      const elsewhere = 'elsewhere' as ProviderId
      await store.commit([
        put('webhooks', aWebhook('whk_1', { providerId: '7' })),
        put('webhooks', aWebhook('whk_2', { providerId: '8' })),
        put('webhooks', aWebhook('whk_3', { providerId: '7', provider: elsewhere })),
      ])
      expect((await store.webhookAt(ACME, '7'))?.id).toBe('whk_1')
      expect((await store.webhookAt(elsewhere, '7'))?.id).toBe('whk_3')
      expect(await store.webhookAt(elsewhere, '8')).toBeUndefined()
      await store.commit([put('webhooks', aWebhook('whk_1', { providerId: '7', deletedAt: 9 }))])
      expect(await store.webhookAt(ACME, '7')).toBeUndefined()
    })

    it('finds attempts by delivery, event and webhook, and counts those of an event to a webhook', async () => {
      const store = await open()
      await store.commit([
        put('attempts', anAttempt('att_1')),
        put('attempts', anAttempt('att_2', { webhook: 'whk_2' as WebhookId })),
        put('attempts', anAttempt('att_3', { delivery: 'del_2' as DeliveryId, sequence: 5 })),
        put('attempts', anAttempt('att_4', { event: 'evt_2' as EventId, outcome: null })),
      ])
      expect(ids((await store.attempts({ delivery: first }, all)).items)).toEqual(['att_4', 'att_2', 'att_1'])
      expect(ids((await store.attempts({ event, webhook: hook }, all)).items)).toEqual(['att_3', 'att_1'])
      expect(ids((await store.attempts({ webhook: hook, delivery: first }, all)).items)).toEqual([
        'att_4',
        'att_1',
      ])
      expect(await store.lastSequence(event, hook)).toBe(5)
      expect(await store.lastSequence(event, 'whk_9' as WebhookId)).toBe(0)
      expect(ids(await store.unfinishedAttempts())).toEqual(['att_4'])
      await store.commit([put('attempts', anAttempt('att_4', { event: 'evt_2' as EventId }))])
      expect(await store.unfinishedAttempts()).toEqual([])
    })

    it('sums up', async () => {
      const store = await open()
      expect(await store.summary()).toEqual({
        webhooks: 0,
        events: 0,
        deliveries: 0,
        attempts: 0,
        pending: 0,
      })
      await store.commit([...aSettledRound(1), put('deliveries', aDelivery('del_2'))])
      await store.commit([
        put('webhooks', aWebhook('whk_1')),
        put('webhooks', aWebhook('whk_2', { deletedAt: 1 })),
      ])
      expect(await store.summary()).toEqual({
        webhooks: 1,
        events: 1,
        deliveries: 2,
        attempts: 1,
        pending: 1,
      })
    })

    it('leaves settled what is settled, and counts what was begun meanwhile', async () => {
      const store = await open()
      const pending = aDelivery('del_1')
      await store.commit([put('deliveries', pending)])
      await Promise.all([
        store.commit([put('deliveries', { ...settled(pending, 15), status: 'cancelled' })]),
        store.commit([put('deliveries', { ...pending, attempts: 1 })]),
      ])
      const kept = { ...settled(pending, 15), status: 'cancelled', attempts: 1 }
      expect(await store.delivery(pending.id)).toEqual(kept)
      expect(await store.nextDueAt()).toBeNull()
      expect((await store.summary()).pending).toBe(0)
    })

    it('knows the latest instant of what happened, not of what is planned or was signed', async () => {
      const store = await open()
      expect(store.latestInstant()).toBe(0)
      await store.commit([
        put('deliveries', aDelivery('del_1', { createdAt: 10, nextAttemptAt: 99 })),
        put('attempts', anAttempt('att_1', { sentAt: 12, signedAt: 98 })),
        // Anyone may give an event a time of their own.
        put('events', anEvent('evt_1', { occurredAt: 97 })),
      ])
      expect(store.latestInstant()).toBe(12)
      await store.commit([put('deliveries', settled(aDelivery('del_1', { createdAt: 10 }), 15))])
      expect(store.latestInstant()).toBe(15)
      await store.commit([
        put('counters', { id: CLOCK_COUNTER, value: 20 }),
        put('counters', { id: 'ids', value: 99 }),
      ])
      expect(store.latestInstant()).toBe(20)
    })

    it('gives out each number once, also before any is kept, and keeps the highest', async () => {
      const store = await open()
      const [a, b] = await Promise.all([store.nextNumber('ids', 100), store.nextNumber('ids', 100)])
      expect([a.value, b.value]).toEqual([100, 101])
      await store.commit([b.change])
      await store.commit([a.change])
      expect((await store.nextNumber('ids', 100)).value).toBe(102)
      const { tables } = (await store.exportState()) as unknown as { tables: { counters: unknown } }
      expect(tables.counters).toEqual([{ id: 'ids', value: 101 }])
    })

    it('forgets kept answers once they have expired', async () => {
      const store = await open()
      const answer = (id: string, expiresAt: number) =>
        put('answers', { id, fingerprint: 'f', status: 200, headers: {}, body: '', expiresAt })
      await store.commit([answer('old', 50)])
      expect(await store.keptAnswer('old')).toMatchObject({ fingerprint: 'f', expiresAt: 50 })
      await store.commit([put('deliveries', aDelivery('del_1', { createdAt: 60 })), answer('new', 70)])
      expect(await store.keptAnswer('old')).toBeUndefined()
      expect(await store.keptAnswer('new')).toMatchObject({ expiresAt: 70 })
    })

    it('refuses a commit once it is closed', async () => {
      const store = await open()
      await store.close()
      await store.close()
      expect(await failureOf(store.commit([put('webhooks', aWebhook('whk_1'))]))).toEqual({
        kind: 'environment',
        code: 'STATE_CLOSED',
        message: 'Failed to keep a change: the mock is closed.',
        hint: 'Start a new one.',
        location: undefined,
      })
    })
  })

  describe(`${name}: pages`, () => {
    const events = (store: Store, page: PageRequest) => store.events({}, page)

    it('goes through a list, newest first, while new records arrive and old ones change', async () => {
      const store = await open()
      for (const n of [1, 2, 3, 4, 5]) await store.commit([put('events', anEvent(`evt_${n}`))])
      const one = await events(store, { limit: 2 })
      await store.commit([
        put('events', anEvent('evt_6')),
        put('events', anEvent('evt_1', { type: 'other' })),
      ])
      const two = await events(store, { limit: 2, cursor: one.next ?? '' })
      await store.commit([{ table: 'events', remove: 'evt_2' }])
      const three = await events(store, { limit: 2, cursor: two.next ?? '' })
      expect([one, two, three].map(({ items }) => ids(items))).toEqual([
        ['evt_5', 'evt_4'],
        ['evt_3', 'evt_2'],
        ['evt_1'],
      ])
      expect(three.next).toBeNull()
      expect((await events(store, { limit: 6 })).next).toBeNull()
    })

    it('filters by scope, type and status', async () => {
      const store = await open()
      await store.commit([
        put('events', anEvent('evt_1', { type: 'a' })),
        put('events', anEvent('evt_2', { provider: 'other' as ProviderId })),
        put('deliveries', aDelivery('del_1')),
        put('deliveries', settled(aDelivery('del_2'))),
        put('deliveries', aDelivery('del_3', { webhook: 'whk_2' as WebhookId, event: 'evt_2' as EventId })),
      ])
      const deliveries = async (query: object) => ids((await store.deliveries(query, all)).items)
      expect(ids((await store.events({ type: 'a' }, all)).items)).toEqual(['evt_1'])
      expect(ids((await store.events({ provider: ACME }, all)).items)).toEqual(['evt_1'])
      expect(await deliveries({ status: 'pending' })).toEqual(['del_3', 'del_1'])
      expect(await deliveries({ status: 'succeeded', webhook: hook })).toEqual(['del_2'])
      expect(await deliveries({ event })).toEqual(['del_2', 'del_1'])
      expect(await deliveries({ event: 'evt_9' })).toEqual([])
    })

    it.each(['', 'nonsense', Buffer.from('deliveries:1:del_1').toString('base64url')])(
      'refuses the cursor "%s"',
      async (cursor) => {
        const store = await open()
        expect(await failureOf(events(store, { limit: 1, cursor }))).toEqual({
          kind: 'input',
          code: 'BAD_CURSOR',
          message: `Failed to read the list of events: "${cursor}" is no cursor of it.`,
          hint: 'Use what an earlier page of the same list answered as "next", unchanged; or leave it out.',
          location: undefined,
        })
      },
    )
  })

  describe(`${name}: claims`, () => {
    const due = (id: string, at: number | null, webhook = 'whk_1') =>
      put('deliveries', aDelivery(id, { nextAttemptAt: at, webhook: webhook as WebhookId }))

    it('hands out what is due, earliest first and then in the order of making, each once', async () => {
      const store = await open()
      await store.commit([
        due('c', 20),
        due('b', 10),
        due('a', 10, 'whk_2'),
        due('later', 31),
        due('none', null),
      ])
      expect(await store.nextDueAt()).toBe(10)
      const claims = await Promise.all([store.claimDue(30, 2), store.claimDue(30, 2), store.claimDue(30, 2)])
      expect(claims.map(ids)).toEqual([['b', 'a'], ['c'], []])
      expect(await store.nextDueAt()).toBe(31)
    })

    it('hands a delivery out again once it is released, by its new time, unless it is settled or removed', async () => {
      const store = await open()
      await store.commit([due('a', 1), due('b', 2), due('c', 3)])
      expect(ids(await store.claimDue(9, 9))).toEqual(['a', 'b', 'c'])
      await store.commit([due('a', 7), put('deliveries', settled(aDelivery('b')))])
      await store.commit([{ table: 'deliveries', remove: 'c' }])
      expect(await store.nextDueAt()).toBeNull()
      for (const id of ['a', 'b', 'c', 'unknown']) store.release(id as DeliveryId)
      expect(await store.nextDueAt()).toBe(7)
      expect(await store.claimDue(6, 9)).toEqual([])
      expect(ids(await store.claimDue(7, 9))).toEqual(['a'])
    })

    it('never hands out what was settled or removed before it was claimed', async () => {
      const store = await open()
      await store.commit([due('a', 1), due('b', 1), due('c', 1)])
      await store.commit([{ table: 'deliveries', remove: 'a' }, put('deliveries', settled(aDelivery('b')))])
      expect(ids(await store.claimDue(9, 9))).toEqual(['c'])
    })

    it('passes over the webhooks that must wait, and asks before each hand-out', async () => {
      const store = await open()
      await store.commit([due('a', 1), due('b', 2), due('c', 3, 'whk_2'), due('d', 4)])
      const free = new Map([['whk_1', 1]])
      const refuse = (webhook: WebhookId) => {
        const left = free.get(webhook) ?? 9
        free.set(webhook, left - 1)
        return left <= 0
      }
      expect(ids(await store.claimDue(9, 9, refuse))).toEqual(['a', 'c'])
      expect(ids(await store.claimDue(9, 9))).toEqual(['b', 'd'])
    })

    it('keeps claims through a clearing', async () => {
      const store = await open()
      await store.commit([due('a', 1)])
      await store.claimDue(9, 9)
      await store.clear()
      await store.commit([due('a', 1)])
      expect(await store.claimDue(9, 9)).toEqual([])
      store.release('a' as DeliveryId)
      expect(ids(await store.claimDue(9, 9))).toEqual(['a'])
    })
  })

  describe(`${name}: clearing`, () => {
    const other = { provider: 'other' as ProviderId, account: MAIN }
    const fill = async (store: Store) => {
      const answer = (id: string) => ({
        id,
        fingerprint: '',
        status: 200,
        headers: {},
        body: '',
        expiresAt: 2e14,
      })
      const account = { name: MAIN, credentials: {}, scopes: null }
      await store.commit([
        put('accounts', { id: 'acme/main', provider: ACME, ...account }),
        put('accounts', { id: 'other/main', provider: other.provider, ...account }),
        put('webhooks', aWebhook('whk_1')),
        put('webhooks', aWebhook('whk_2', other)),
        put('events', anEvent('evt_1')),
        put('events', anEvent('evt_2', other)),
        put('deliveries', aDelivery('del_1')),
        put(
          'deliveries',
          aDelivery('del_2', { ...other, webhook: 'whk_2' as WebhookId, event: 'evt_2' as EventId }),
        ),
        put('attempts', anAttempt('att_1', { outcome: null })),
        put(
          'attempts',
          anAttempt('att_2', { delivery: 'del_2' as DeliveryId, webhook: 'whk_2' as WebhookId }),
        ),
        put('answers', answer(keptAnswerId(ACME, MAIN, 'create', 'k'))),
        put('answers', answer(keptAnswerId(other.provider, MAIN, 'create', 'k'))),
        (await store.nextNumber('ids', 1)).change,
      ])
    }

    it('forgets one scope and leaves the rest', async () => {
      const store = await open()
      await fill(store)
      await store.clear({ provider: ACME })
      const { tables } = (await store.exportState()) as unknown as {
        tables: Record<string, { id: string }[]>
      }
      expect(
        Object.fromEntries(Object.entries(tables).map(([table, records]) => [table, ids(records)])),
      ).toEqual({
        accounts: ['other/main'],
        webhooks: ['whk_2'],
        events: ['evt_2'],
        deliveries: ['del_2'],
        attempts: ['att_2'],
        counters: ['ids'],
        answers: ['other/main/create/k'],
        tokens: [],
      })
      expect(ids(await store.claimDue(9e9, 9))).toEqual(['del_2'])
      expect((await store.nextNumber('ids', 1)).value).toBe(2)
    })

    it('forgets everything, with the sequences', async () => {
      const store = await open()
      await fill(store)
      await store.clear()
      expect(await store.summary()).toEqual({
        webhooks: 0,
        events: 0,
        deliveries: 0,
        attempts: 0,
        pending: 0,
      })
      expect(await store.accounts()).toEqual([])
      expect(await store.nextDueAt()).toBeNull()
      expect(store.latestInstant()).toBe(0)
      expect((await store.nextNumber('ids', 1)).value).toBe(1)
    })

    it('gives its state out and takes it back', async () => {
      const store = await open()
      await fill(store)
      const before = JSON.stringify(await store.exportState())
      await store.clear()
      await store.commit([put('webhooks', aWebhook('whk_9'))])
      await importState(store, {
        ...JSON.parse(before),
        tables: { ...JSON.parse(before).tables, attempts: [] },
      })
      expect(ids(await store.webhooks())).toEqual(['whk_1', 'whk_2'])
      expect((await store.summary()).attempts).toBe(0)
      await importState(store, JSON.parse(before))
      expect(JSON.stringify(await store.exportState())).toBe(before)
      expect(await store.nextDueAt()).toBe(3_000)
      expect((await store.nextNumber('ids', 1)).value).toBe(2)
    })
  })
}
