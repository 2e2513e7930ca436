import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createStore } from '../../../src/state/open.ts'
import { put, type Store } from '../../../src/state/store.ts'
import { createFaultyFileSystem } from './faulty-file-system.ts'
import { aWebhook } from './records.ts'
import { failureOf, silent, temporaryState } from './temporary-state.ts'

const hook = (n: number) => put('webhooks', aWebhook(`whk_${n}`))
const line = (...changes: unknown[]) => `${JSON.stringify(changes)}\n`
const hooks = async (store: Store) => (await store.webhooks()).map(({ id }) => Number(id.slice(4)))

/** Files as a process leaves them that was killed. */
async function stateOf(files: {
  readonly snapshot?: number
  readonly [suffix: `journal-${number}`]: string
}) {
  const { file, folder } = await temporaryState()
  const { snapshot = 1, ...journals } = files
  const empty = {
    accounts: [],
    webhooks: [],
    events: [],
    deliveries: [],
    attempts: [],
    counters: [],
    answers: [],
  }
  const tables = { ...empty, webhooks: snapshot === 1 ? [] : [aWebhook('whk_1'), aWebhook('whk_2')] }
  await writeFile(
    file,
    JSON.stringify({ format: 'hookproof-state', version: 1, generation: snapshot, tables }),
  )
  for (const [suffix, text] of Object.entries(journals)) await writeFile(`${file}.${suffix}`, text)
  return { file, folder }
}

async function contentsOf(folder: string): Promise<Record<string, string>> {
  const entries = (await readdir(folder)).map(async (name) => [
    name,
    await readFile(`${folder}/${name}`, 'utf8'),
  ])
  return Object.fromEntries(await Promise.all(entries))
}

async function opening(
  file: string,
): Promise<{ readonly kept: readonly number[]; readonly warnings: string[] }> {
  const warnings: string[] = []
  const store = await createStore({ file, warn: (text) => void warnings.push(text) })
  const kept = await hooks(store)
  await store.close()
  return { kept, warnings }
}

async function namedPipe(path: string): Promise<void> {
  execFileSync('mkfifo', [path])
}

async function listenOn(path: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
}

describe('a torn last line', () => {
  const torn = (path: string, at: number) =>
    `Dropped line ${at} of ${path}: it is torn, because the process ended while writing it. Nothing that was acknowledged is lost.`

  it.each([
    ['is cut off', line(hook(2)).slice(0, 30)],
    ['lacks only its newline', line(hook(2)).trimEnd()],
    ['is not JSON', 'x\n'],
    ['is no commit', '{"a":1}\n'],
    ['is not UTF-8', Buffer.from([0x5b, 0xff, 0x5d, 0x0a]).toString('latin1')],
  ])('that %s is dropped with a warning, and the file goes on soundly', async (_what, tail) => {
    const { file } = await stateOf({ 'journal-1': line(hook(1)) })
    const journal = `${file}.journal-1`
    await writeFile(journal, Buffer.concat([Buffer.from(line(hook(1))), Buffer.from(tail, 'latin1')]))
    const warnings: string[] = []
    const store = await createStore({ file, warn: (text) => void warnings.push(text) })
    expect(warnings).toEqual([torn(journal, 2)])
    expect(await hooks(store)).toEqual([1])
    await store.commit([hook(3)])
    expect(await readFile(journal, 'utf8')).toBe(line(hook(1)) + line(hook(3)))
    await store.close()
    expect(await opening(file)).toEqual({ kept: [1, 3], warnings: [] })
  })
})

it('holds whole commits only, wherever the journal is cut off', async () => {
  const { file } = await temporaryState()
  const store = await createStore({ file, warn: silent })
  for (const n of [1, 3, 5]) await store.commit([hook(n), hook(n + 1)])
  const journal = await readFile(`${file}.journal-1`)
  await store.close()
  const seen = new Set<number>()
  for (let length = 0; length <= journal.length; length += 37) {
    const cut = await stateOf({ 'journal-1': '' })
    await writeFile(`${cut.file}.journal-1`, journal.subarray(0, length))
    const { kept } = await opening(cut.file)
    expect(kept).toEqual([1, 2, 3, 4, 5, 6].slice(0, kept.length))
    seen.add(kept.length)
  }
  expect([...seen]).toEqual([0, 2, 4])
})

describe('a crash during a compaction', () => {
  it('before its snapshot stands: the old snapshot and both journals count', async () => {
    const { file, folder } = await stateOf({
      'journal-1': line(hook(1)) + line(hook(2)),
      'journal-2': line(hook(3)),
    })
    await writeFile(`${file}.draft`, '{"format":')
    const store = await createStore({ file, warn: silent })
    expect(await readdir(folder)).not.toContain('db.json.draft')
    await store.close()
    expect(await opening(file)).toEqual({ kept: [1, 2, 3], warnings: [] })
  })

  it('between the snapshot and the removal of its journals: they are not replayed again', async () => {
    const { file, folder } = await stateOf({
      snapshot: 2,
      'journal-1':
        line(hook(1)) +
        line(hook(2)) +
        line(hook(9)) +
        line({ table: 'webhooks', remove: 'whk_9' }) +
        line(hook(8)),
      'journal-2': line(hook(3)) + line({ table: 'webhooks', remove: 'whk_1' }),
    })
    expect(await opening(file)).toEqual({ kept: [2, 3], warnings: [] })
    expect(await readdir(folder)).toEqual(['db.json'])
  })

  it('just after the new journal was made: the old one ends whole', async () => {
    const { file } = await stateOf({ 'journal-1': line(hook(1)), 'journal-2': '' })
    expect(await opening(file)).toEqual({ kept: [1], warnings: [] })
  })
})

describe('damage', () => {
  const failure = (file: string, at: number, reason: string) => ({
    kind: 'environment',
    code: 'STATE_DAMAGED',
    message: `Failed to read the state: ${reason}.`,
    hint: 'Nothing was changed. Move the file and its journals away to keep them, or begin anew with --reset.',
    location: { file, line: at },
  })
  const damage = 'this line is damaged'
  const expectDamage = async (file: string, folder: string, suffix: string, at: number, reason: string) => {
    const before = await contentsOf(folder)
    expect(await failureOf(createStore({ file, warn: silent }))).toEqual(
      failure(`${file}${suffix}`, at, reason),
    )
    expect(await contentsOf(folder)).toEqual(before)
  }

  it.each([
    ['not JSON', `${line(hook(1))}x\n${line(hook(2))}`, 2],
    ['no list', `{}\n${line(hook(2))}`, 1],
    ['an unknown table', line({ table: 'x', put: { id: 'a' } }) + line(hook(2)), 1],
    ['a record without an id', line({ table: 'webhooks', put: {} }) + line(hook(2)), 1],
    ['empty', `${line(hook(1))}\n${line(hook(2))}`, 2],
  ])(
    'in the middle of a journal (%s) names file and line and changes nothing',
    async (_what, journal, at) => {
      const { file, folder } = await stateOf({ 'journal-1': journal })
      await expectDamage(file, folder, '.journal-1', at, damage)
    },
  )

  it('at the end of a journal that is not the last', async () => {
    const { file, folder } = await stateOf({ 'journal-1': `${line(hook(1))}[{`, 'journal-2': line(hook(2)) })
    await expectDamage(file, folder, '.journal-1', 2, damage)
  })

  it('as a missing journal, or a missing snapshot', async () => {
    const gap = await stateOf({ 'journal-1': line(hook(1)), 'journal-3': line(hook(3)) })
    const missing = `the journal before it (${gap.file}.journal-2) is missing`
    await expectDamage(gap.file, gap.folder, '.journal-3', 1, missing)
    const lone = await stateOf({ 'journal-1': line(hook(1)) })
    await rm(lone.file)
    await expectDamage(
      lone.file,
      lone.folder,
      '.journal-1',
      1,
      'the state that this journal goes on from is missing',
    )
  })

  it.each([
    ['nonsense', 1, 'it is not JSON'],
    ['{\n  "format": "hookproof-state",\n  "version": 1,,\n}', 3, 'it is not JSON'],
    ['{\n"format":', 2, 'it is not JSON'],
    ['{"posts":[]}', 1, 'it is no state of hookproof'],
    ['{"format":"hookproof-state","version":2}', 1, 'it is in version 2 of the format, and this reads 1'],
    ['{"format":"hookproof-state","version":1,"generation":"a"}', 1, 'its generation is no number'],
    ['{"format":"hookproof-state","version":1,"generation":1}', 1, 'it has no tables'],
    [
      '{"format":"hookproof-state","version":1,"generation":1,"tables":{"x":[]}}',
      1,
      'its table "x" is none that this version knows',
    ],
  ])('as a file that holds %j', async (text, at, reason) => {
    const { file, folder } = await temporaryState()
    await writeFile(file, text)
    await expectDamage(file, folder, '', at, reason)
  })

  it('in a snapshot names the line of the record', async () => {
    const { file, folder } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    await store.commit([hook(1), hook(2), hook(3)])
    await store.close()
    const lines = (await readFile(file, 'utf8')).split('\n')
    const at = lines.findIndex((text) => text.includes('"whk_2"')) + 1
    await writeFile(file, lines.with(at - 1, lines[at - 1]?.slice(0, -9) ?? '').join('\n'))
    await expectDamage(file, folder, '', at, damage)
    await writeFile(file, lines.slice(0, at).join('\n'))
    await expectDamage(file, folder, '', at, 'the file ends too early, after this line')
    await writeFile(file, `${lines.join('\n')}more\n`)
    await expectDamage(file, folder, '', lines.length, damage)
  })

  it('is not seen in an empty file', async () => {
    const { file } = await temporaryState()
    await writeFile(file, '')
    expect(await opening(file)).toEqual({ kept: [], warnings: [] })
  })
})

describe('files out of reach', () => {
  const failure = (file: string, reason: string) => ({
    kind: 'environment',
    code: 'STATE_UNUSABLE',
    message: `Failed to open the state in ${file}: ${reason}.`,
    hint: 'Choose another file with --db, or keep nothing with --memory.',
    location: undefined,
  })

  it.each<[string, string, (path: string) => Promise<unknown>]>([
    ['folder', 'db.json', (path) => mkdir(path)],
    ['pipe', 'db.json', namedPipe],
    ['socket', 'db.json', listenOn],
    ['pipe', 'link', (path) => namedPipe(`${path}-to`).then(() => symlink(`${path}-to`, path))],
  ])('a %s in its place, which stays', async (kind, name, make) => {
    const { folder } = await temporaryState()
    const file = `${folder}/${name}`
    await make(file)
    const before = await stat(file)
    const fileSystem = createFaultyFileSystem()
    for (const reset of [false, true])
      expect(await failureOf(createStore({ file, reset, fileSystem, warn: silent }))).toEqual(
        failure(file, `it is a ${kind}, not a file`),
      )
    const after = await stat(file)
    expect([after.ino, after.mode]).toEqual([before.ino, before.mode])
    expect((await readdir(folder)).filter((other) => !other.startsWith(name))).toEqual([])
    expect(fileSystem.done.filter((step) => !step.startsWith('makeFolder'))).toEqual([])
  })

  it('a file in the place of its folder', async () => {
    const { folder } = await temporaryState()
    await writeFile(`${folder}/file`, '')
    const file = `${folder}/file/deeper/db.json`
    expect(await failureOf(createStore({ file, warn: silent }))).toEqual(
      failure(file, 'a part of its path is a file, not a folder (ENOTDIR)'),
    )
  })

  it.each([
    ['open', /db\.json$/, 'EACCES', 'permission is denied (EACCES)'],
    ['open', /draft$/, 'EROFS', 'the file system is read-only (EROFS)'],
    ['open', /journal-1$/, 'EACCES', 'permission is denied (EACCES)'],
    ['makeFolder', /./, 'EACCES', 'permission is denied (EACCES)'],
  ] as const)('%s of %s fails with %s, and the lock is given back', async (operation, path, code, reason) => {
    const { file, folder } = await temporaryState()
    const fileSystem = createFaultyFileSystem()
    fileSystem.fail({ operation, path, code })
    expect(await failureOf(createStore({ file, fileSystem, warn: silent }))).toEqual(failure(file, reason))
    expect((await readdir(folder)).filter((name) => /lock|draft/.test(name))).toEqual([])
  })
})
