import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toBody } from '../../../src/core/model.ts'
import type { DeliveryId, EventId } from '../../../src/core/random.ts'
import { fromExport } from '../../../src/state/export.ts'
import { createStore } from '../../../src/state/open.ts'
import { put, type Store } from '../../../src/state/store.ts'
import { createFaultyFileSystem } from './faulty-file-system.ts'
import { leftByKill } from './left-by-kill.ts'
import { ACME, aDelivery, anAttempt, anEvent, aSettledRound, aWebhook, importState } from './records.ts'
import { storeSuite } from './store-suite.ts'
import { failureOf, silent, temporaryState } from './temporary-state.ts'

storeSuite('in memory', () => createStore({ warn: silent }))

storeSuite('in a file', async () => {
  const { file } = await temporaryState()
  const store = await createStore({ file, warn: silent })
  onTestFinished(() => store.close())
  return store
})

describe('bounded log', () => {
  it('lets the events go that have been settled longest, tells once, and counts across a restart', async () => {
    const { file } = await temporaryState()
    const warnings: string[] = []
    const options = { file, maxAttempts: 3, warn: (text: string) => void warnings.push(text) }
    const store = await createStore(options)
    for (const n of [1, 2, 3, 4, 5]) await store.commit(aSettledRound(n))
    const { items } = await store.events({}, { limit: 9 })
    expect(items.map(({ id }) => id)).toEqual(['evt_5', 'evt_4', 'evt_3'])
    expect(await store.summary()).toEqual({ webhooks: 0, events: 3, deliveries: 3, attempts: 3, pending: 0 })
    expect(store.evicted()).toBe(2)
    expect(warnings).toEqual([
      'The log holds 3 attempts, as many as it may: from now on the oldest settled ones are let go.',
    ])
    await store.close()
    const again = await createStore(options)
    expect(again.evicted()).toBe(2)
    await again.close()
  })

  it('never lets go of what is pending, unfinished, or just sent again', async () => {
    const store = await createStore({ maxAttempts: 3, warn: () => undefined })
    const [event1, , attempt1] = aSettledRound(1)
    const [event3] = aSettledRound(3)
    if (event1 === undefined || attempt1 === undefined || event3 === undefined) throw new Error('no round')
    await store.commit([event1, put('deliveries', aDelivery('del_1')), attempt1])
    for (const n of [2, 3, 4]) await store.commit(aSettledRound(n))
    const events = async () => (await store.events({}, { limit: 9 })).items.map(({ id }) => id)
    expect(await events()).toEqual(['evt_4', 'evt_3', 'evt_1'])
    const resend = 'put' in event3 && event3.table === 'events' ? event3.put.id : undefined
    if (resend === undefined) throw new Error('no event')
    await store.commit([put('deliveries', aDelivery('del_9', { event: resend })), ...aSettledRound(5)])
    expect(await events()).toEqual(['evt_5', 'evt_3', 'evt_1'])
    await store.commit([put('attempts', anAttempt('att_9', { event: resend, outcome: null }))])
    await store.commit([put('deliveries', { ...aDelivery('del_9', { event: resend }), status: 'cancelled' })])
    await store.commit(aSettledRound(6))
    expect(await events()).toEqual(['evt_6', 'evt_3', 'evt_1'])
  })

  it.each(['in memory', 'in a file'])('holds no more characters of bodies than it may, %s', async (where) => {
    const warnings: string[] = []
    const warn = (text: string) => void warnings.push(text)
    const file = where === 'in memory' ? undefined : (await temporaryState()).file
    const options = { file, maxCharacters: 3 * 1024 * 1024, warn }
    const megabyte = toBody(Buffer.alloc(1024 * 1024, 'x'))
    const round = (n: number, of: 'event' | 'answer' | 'request' | 'signature') => {
      const event = `evt_${n}` as EventId
      const delivery = `del_${n}` as DeliveryId
      const attempt = anAttempt(`att_${n}`, { event, delivery })
      const { request, outcome } = attempt
      return [
        put('events', anEvent(event, of === 'event' ? { body: megabyte } : {})),
        put('deliveries', {
          ...aDelivery(delivery, { event }),
          status: 'succeeded' as const,
          settledAt: 9_000,
        }),
        put('attempts', {
          ...attempt,
          ...(of === 'request' && { request: { ...request, body: megabyte } }),
          ...(of === 'signature' && { signature: { scheme: 'hmac', content: megabyte.text } }),
          ...(of === 'answer' &&
            outcome?.kind === 'responded' && { outcome: { ...outcome, body: megabyte } }),
        }),
      ]
    }
    const store = await createStore(options)
    const events = async (of: Store) => (await of.events({}, { limit: 9 })).items.map(({ id }) => id)
    await store.commit(round(1, 'event'))
    await store.commit(round(2, 'answer'))
    expect(warnings).toEqual([])
    await store.commit(round(3, 'request'))
    expect(await events(store)).toEqual(['evt_3', 'evt_2'])
    expect(warnings).toEqual([
      'The log holds 3 MiB of bodies, as much as it may: from now on the oldest settled ones are let go.',
    ])
    await store.commit(round(3, 'request'))
    await store.commit(aSettledRound(4))
    expect(await events(store)).toEqual(['evt_4', 'evt_3', 'evt_2'])
    await store.commit([...round(5, 'signature'), ...round(6, 'event')])
    expect(await events(store)).toEqual(['evt_6', 'evt_5', 'evt_4'])
    await store.close()
    if (file === undefined) return
    const again = await createStore(options)
    await again.commit(round(7, 'event'))
    expect(await events(again)).toEqual(['evt_7', 'evt_6'])
    await again.close()
  })

  it('lets others have their turn while it lets go of much that was restored', async () => {
    const warnings: string[] = []
    const store = await createStore({ maxAttempts: 3, warn: (text) => void warnings.push(text) })
    const { deliveries, attempts, ...none } = await fromExport(await store.exportState())
    const events = Array.from({ length: 8_000 }, (_, n) => anEvent(`evt_${n + 10}`))
    await store.replaceAll({ ...none, deliveries, attempts, events })
    let turns = 0
    let isOver = false
    const count = () => {
      turns += 1
      if (!isOver) setImmediate(count)
    }
    setImmediate(count)
    await store.commit(aSettledRound(1))
    isOver = true
    expect((await store.summary()).events).toBe(3)
    expect(turns).toBeGreaterThan(6)
    expect(warnings).toEqual([expect.stringContaining('The log holds 3 attempts, as many as it may')])
  })

  it('bounds events that nobody receives, too', async () => {
    const store = await createStore({ maxAttempts: 2, warn: () => undefined })
    for (const n of [1, 2, 3, 4]) await store.commit(aSettledRound(n).slice(0, 1))
    expect((await store.summary()).events).toBe(2)
    expect(store.evicted()).toBe(0)
  })
})

describe('importing', () => {
  const refusal = async (change: (tables: Record<string, unknown[]>) => object) => {
    const store = await createStore({ warn: silent })
    await store.commit([put('webhooks', aWebhook('whk_1')), ...aSettledRound(1)])
    const before = JSON.stringify(await store.exportState())
    const state = JSON.parse(before)
    const failure = await failureOf(importState(store, { ...state, tables: change(state.tables) }))
    expect(JSON.stringify(await store.exportState())).toBe(before)
    return failure
  }
  const failure = (pointer: string, reason: string) => ({
    kind: 'input',
    code: 'BAD_STATE',
    message: `Failed to restore the state: it ${reason}.`,
    hint: 'Give it back as the snapshot was read. Nothing was changed.',
    location: { file: 'snapshot', pointer },
  })

  it.each([
    ['/tables/webhooks/0/url', 'must be string', () => ({ webhooks: [{ ...aWebhook('whk_1'), url: 3 }] })],
    [
      '/tables/webhooks/0',
      'must NOT have additional properties ("colour")',
      () => ({ webhooks: [{ ...aWebhook('whk_1'), colour: 'red' }] }),
    ],
    [
      '/tables/webhooks/0/deletedAt',
      'must be <= 253402300799999',
      () => ({ webhooks: [aWebhook('whk_1', { deletedAt: 1e18 })] }),
    ],
    [
      '/tables/deliveries/0/attempts',
      'must be <= 4503599627370496',
      () => ({ deliveries: [{ ...aDelivery('del_1'), attempts: Number.MAX_SAFE_INTEGER - 1 }] }),
    ],
    ['/tables', `must have required property 'answers'`, () => ({ answers: undefined })],
    [
      '/tables/events/1/id',
      'is used twice: "evt_1"',
      ({ events }: Record<string, unknown[]>) => ({ events: [...(events ?? []), ...(events ?? [])] }),
    ],
    ['/tables/deliveries/0/event', 'names "evt_1", which is not among the events', () => ({ events: [] })],
    [
      '/tables/attempts/0/delivery',
      'names "del_1", which is not among the deliveries',
      () => ({ deliveries: [] }),
    ],
  ])('refuses a state whose %s %s', async (pointer, reason, change) => {
    expect(await refusal((tables) => JSON.parse(JSON.stringify({ ...tables, ...change(tables) })))).toEqual(
      failure(pointer, reason),
    )
  })

  it.each([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, 2 ** 52])(
    'reads back what follows from a state with the counter %d, or refuses that state',
    async (value) => {
      const { file } = await temporaryState()
      const store = await createStore({ file, warn: silent })
      onTestFinished(() => store.close())
      const state = JSON.parse(JSON.stringify(await store.exportState()))
      const counted = { ...state, tables: { ...state.tables, counters: [{ id: 'ids', value }] } }
      const refused = await importState(store, counted).then(
        () => false,
        () => true,
      )
      expect(refused).toBe(value > 2 ** 52)
      await store.commit([(await store.nextNumber('ids', 1)).change])
      const copy = await createStore({ file: await leftByKill(file), warn: silent })
      expect(await copy.exportState()).toEqual(await store.exportState())
      await copy.close()
    },
  )

  it.each([
    [null, '', 'must be object'],
    [{ format: 'other', version: 1, tables: {} }, '/format', 'must be equal to constant "hookproof-state"'],
    [{ format: 'hookproof-state', version: 2, tables: {} }, '/version', 'must be equal to constant 1'],
    [{ format: 'hookproof-state', version: 1, tables: [] }, '/tables', 'must be object'],
    [{ format: 'hookproof-state', version: 1, tables: { events: {} } }, '/tables/events', 'must be array'],
    [{ format: 'hookproof-state', tables: {} }, '', "must have required property 'version'"],
    [{ colour: 'red' }, '', 'must NOT have additional properties ("colour")'],
  ])('refuses %j', async (state, pointer, reason) => {
    const store = await createStore({ warn: silent })
    expect(await failureOf(importState(store, state))).toEqual(failure(pointer, reason))
  })
})

/** Who may do what with each file in a folder. */
async function modesOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.lock'))
  const entries = names.map(async (name) => [
    name,
    ((await stat(join(folder, name))).mode & 0o777).toString(8),
  ])
  return Object.fromEntries(await Promise.all(entries))
}

describe('files with secrets', () => {
  it('are only for their owner: snapshots, drafts, journals and copies', async () => {
    const { folder, file } = await temporaryState()
    const before = process.umask(0o022)
    onTestFinished(() => void process.umask(before))
    const fileSystem = createFaultyFileSystem()
    const drafts: unknown[] = []
    fileSystem.before = async (step) => {
      if (step === 'rename db.json') drafts.push((await modesOf(folder))['db.json.draft'])
    }
    const store = await createStore({ file, fileSystem, warn: silent })
    await store.commit([put('webhooks', aWebhook('whk_1'))])
    expect(await modesOf(folder)).toEqual({ 'db.json': '600', 'db.json.journal-1': '600' })
    expect(drafts).toEqual(['600'])
    await store.close()
    await writeFile(file, 'nonsense')
    await chmod(file, 0o644)
    await (await createStore({ file, repair: true, warn: () => undefined })).close()
    expect(await modesOf(`${file}.damaged-1`)).toEqual({ 'db.json': '600' })
    expect(await modesOf(folder)).toMatchObject({ 'db.json': '600' })
  })

  it('are ignored by git in the folder .hookproof that is made for them, and in no other', async () => {
    const { folder } = await temporaryState()
    const namesAfter = async (path: string) => {
      await (await createStore({ file: join(folder, path, 'db.json'), warn: silent })).close()
      return (await readdir(join(folder, path))).sort()
    }
    expect(await namesAfter('own/.hookproof')).toEqual(['.gitignore', 'db.json'])
    expect(await readFile(join(folder, 'own/.hookproof/.gitignore'), 'utf8')).toBe('*\n')
    await mkdir(join(folder, 'theirs/.hookproof'), { recursive: true })
    expect(await namesAfter('theirs/.hookproof')).toEqual(['db.json'])
    expect(await namesAfter('state')).toEqual(['db.json'])
  })
})

it('makes the folder of its file', async () => {
  const { folder } = await temporaryState()
  const file = `${folder}/a/b/db.json`
  const store = await createStore({ file, warn: silent })
  await store.commit([put('webhooks', aWebhook('whk_1', { provider: ACME }))])
  await store.close()
  const again = await createStore({ file, warn: silent })
  expect(await again.webhooks()).toEqual([aWebhook('whk_1')])
  await again.close()
})
