import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { MockError } from '../../../src/core/errors.ts'
import { createRandom, type EventId, type Random } from '../../../src/core/random.ts'
import { createStore } from '../../../src/state/open.ts'
import { put, type Store } from '../../../src/state/store.ts'
import { createFaultyFileSystem } from './faulty-file-system.ts'
import { contentsOf, leftByKill } from './left-by-kill.ts'
import { aDelivery, anAttempt, aSettledRound, aWebhook, importState, settled } from './records.ts'
import { failureOf, silent, temporaryState } from './temporary-state.ts'

type Files = Readonly<Record<string, string>>

interface Fixture {
  readonly files: Files
  /** The state that they hold. */
  readonly state: string
}

const SNAPSHOT = 'db.json'

/** Of so many, one is also repaired. */
const SIDE_BY_SIDE = 16

const stateOf = async (store: Store) => JSON.stringify(await store.exportState())

async function work(store: Store, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const event = `evt_${n}` as EventId
    const pending = aDelivery(`del_p${n}`, { event })
    const attempt = anAttempt(`att_p${n}`, { event, delivery: pending.id, outcome: null, durationMs: null })
    await store.commit([...aSettledRound(n), put('deliveries', pending)])
    await store.commit([put('attempts', attempt), put('deliveries', { ...pending, attempts: 1 })])
    await store.commit([put('attempts', { ...attempt, durationMs: n }), put('deliveries', settled(pending))])
  }
}

/** Snapshot and journal; a snapshot alone; a snapshot and two journals, by a kill during a compaction. */
async function fixtures(first: number) {
  const { file } = await temporaryState()
  const fileSystem = createFaultyFileSystem()
  const open = () => createStore({ file, fileSystem, warn: () => undefined })
  const take = async (store: Store): Promise<Fixture> => {
    const copy = await leftByKill(file)
    return { files: await contentsOf(join(copy, '..')), state: await stateOf(store) }
  }
  let store = await open()
  await store.commit([put('webhooks', aWebhook('whk_1')), put('counters', { id: 'ids', value: first })])
  await work(store, first, first + 6)
  await store.close()
  const state = await stateOf(store)
  const closed = { files: await contentsOf(join(await leftByKill(file), '..')), state }
  store = await open()
  await work(store, first + 6, first + 12)
  const running = await take(store)
  fileSystem.fail({ operation: 'write', path: /draft$/, code: 'ENOSPC' })
  expect(await failureOf(importState(store, await store.exportState()))).toMatchObject({
    code: 'STATE_UNWRITABLE',
  })
  fileSystem.fail(null)
  await work(store, first + 12, first + 18)
  const compacting = await take(store)
  await store.close()
  return { closed, running, compacting }
}

type Fixtures = Awaited<ReturnType<typeof fixtures>>

interface Kind {
  readonly name: string
  readonly from: Fixture
  readonly files: Files
}

const linesOf = (text: string) => text.split(/(?<=\n)/)

function* changesOfOneFile(from: Fixture, name: string, rng: Random, flips: number): Generator<Kind> {
  const text = from.files[name] ?? ''
  const lines = linesOf(text)
  const any = (count: number) => Math.floor(rng.fraction() * count)
  const changed = (what: string, to: string): Kind => ({
    name: `${name}: ${what}`,
    from,
    files: { ...from.files, [name]: to },
  })
  for (let n = 0; n < flips; n++) {
    const [at, bit] = [any(text.length), any(8)]
    const byte = String.fromCharCode(text.charCodeAt(at) ^ (1 << bit))
    yield changed(`bit ${bit} of byte ${at} is another one`, text.slice(0, at) + byte + text.slice(at + 1))
  }
  for (const [at, line] of lines.entries()) {
    yield changed(`line ${at + 1} is gone`, lines.toSpliced(at, 1).join(''))
    yield changed(`line ${at + 1} is there twice`, lines.toSpliced(at, 0, line).join(''))
    if (at > 0)
      yield changed(
        `lines ${at} and ${at + 1} have changed places`,
        lines.toSpliced(at - 1, 2, line, lines[at - 1] ?? '').join(''),
      )
  }
  for (let n = 0; n < 40; n++) {
    const at = any(text.length)
    yield changed(`it ends after byte ${at}`, text.slice(0, at))
  }
  for (let n = 1; n < lines.length; n += 3)
    yield changed(`it ends after line ${n}`, lines.slice(0, n).join(''))
  for (let n = 0; n < 10; n++) {
    const [at, length] = [any(text.length), 1 + any(600)]
    const zeros = '\0'.repeat(Math.min(length, text.length - at))
    yield changed(
      `${zeros.length} zeros from byte ${at} on`,
      text.slice(0, at) + zeros + text.slice(at + length),
    )
    yield changed(`${length} bytes from byte ${at} on are gone`, text.slice(0, at) + text.slice(at + length))
  }
  for (const garbage of [
    'x\n',
    'x',
    '\0'.repeat(512),
    '{}\n',
    '[]\n',
    '\n',
    ' ',
    lines.at(-1) ?? '',
    '\xff\xfe\n',
  ])
    yield changed(`${JSON.stringify(garbage.slice(0, 20))} follows`, text + garbage)
}

/** Files of different times and states beside each other. */
function* mixedFiles(one: Fixtures, other: Fixtures): Generator<Kind> {
  const all = {
    ...one,
    'other closed': other.closed,
    'other running': other.running,
    'other compacting': other.compacting,
  }
  for (const [name, from] of Object.entries(one))
    for (const file of Object.keys(from.files)) {
      const { [file]: removed, ...others } = from.files
      // Without any file there is no state that could be damaged.
      const isLast = Object.keys(others).length === 0
      if (!isLast) yield { name: `${name}: without ${file}`, from, files: others }
      yield { name: `${name}: ${file} is empty`, from, files: { ...others, [file]: '' } }
      for (const [otherName, source] of Object.entries(all)) {
        for (const [beside, text] of Object.entries(source.files))
          if (source !== from && beside !== SNAPSHOT)
            yield {
              name: `${name}: ${file} is ${beside} of ${otherName}`,
              from,
              files: { ...from.files, [file]: text },
            }
        const text = source.files[file]
        if (source === from || text === undefined) continue
        const lines = linesOf(text)
        for (let at = 0; at < lines.length; at += 4)
          yield {
            name: `${name}: line ${at + 1} of ${file} is that of ${otherName}`,
            from,
            files: {
              ...from.files,
              [file]: linesOf(removed ?? '')
                .with(Math.min(at, linesOf(removed ?? '').length - 1), lines[at] ?? '')
                .join(''),
            },
          }
      }
    }
}

/** Always the same ones. */
async function everyKind(): Promise<readonly Kind[]> {
  const rng = createRandom('damage')
  const [one, other] = [await fixtures(100), await fixtures(100)]
  const changes = (
    [
      [one.closed, 40],
      [one.running, 200],
      [one.compacting, 20],
    ] as const
  ).flatMap(([from, flips]) =>
    Object.keys(from.files).flatMap((name) => [...changesOfOneFile(from, name, rng, flips)]),
  )
  return [...changes, ...mixedFiles(one, other)]
}

/** What is wrong with how a state in these files is opened; null where nothing is. */
async function faultOf({ from, files }: Kind, folder: string, repair: boolean): Promise<string | null> {
  await mkdir(folder)
  const file = join(folder, SNAPSHOT)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, 'latin1')
  const before = JSON.stringify(await contentsOf(folder))
  try {
    const store = await createStore({ file, warn: () => undefined })
    const state = await stateOf(store)
    await store.close()
    return state === from.state ? null : 'it is opened with another state'
  } catch (error) {
    const { code, location } = error as MockError
    if (code !== 'STATE_DAMAGED' || !(Number(location?.line) >= 1)) return `it fails with ${String(error)}`
    if (location?.file.startsWith(file) !== true) return `it names ${location?.file}`
    if (JSON.stringify(await contentsOf(folder)) !== before) return 'its files are changed'
  }
  return repair ? faultOfRepair(file) : null
}

async function faultOfRepair(file: string): Promise<string | null> {
  const warnings: string[] = []
  const repaired = await createStore({ file, repair: true, warn: (text) => void warnings.push(text) })
  const state = await repaired.exportState()
  await repaired.close()
  if (!warnings.some((text) => text.startsWith(`Repaired the state in ${file}: `)))
    return 'no repair is reported'
  const again = await createStore({ file, warn: silent })
  const reopened = await stateOf(again)
  // What refers to a record that is lost would be refused.
  await importState(again, state)
  await again.close()
  return reopened === JSON.stringify(state) ? null : 'it has another state once it is repaired'
}

describe('every kind of damage', () => {
  it('is refused with file and line, changing nothing, and can be repaired; or the state is as before', async () => {
    const kinds = await everyKind()
    expect(kinds.length).toBeGreaterThan(1_112)
    const { folder } = await temporaryState()
    const faults: string[] = []
    for (let at = 0; at < kinds.length; at += SIDE_BY_SIDE)
      await Promise.all(
        kinds.slice(at, at + SIDE_BY_SIDE).map(async (kind, n) => {
          const place = join(folder, `${at + n}`)
          const fault = await faultOf(kind, place, n === 0).catch(String)
          if (fault !== null) faults.push(`${kind.name}: ${fault}`)
          await rm(place, { recursive: true })
        }),
      )
    expect(faults).toEqual([])
  }, 300_000)
})
