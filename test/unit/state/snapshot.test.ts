import { execFileSync } from 'node:child_process'
import {
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createStore } from '../../../src/state/open.ts'
import { put, type Store } from '../../../src/state/store.ts'
import { createFaultyFileSystem } from './faulty-file-system.ts'
import { contentsOf, leftByKill } from './left-by-kill.ts'
import { aSettledRound, aWebhook } from './records.ts'
import { failureOf, silent, temporaryState } from './temporary-state.ts'

const hook = (n: number) => put('webhooks', aWebhook(`whk_${n}`))
const hooks = async (store: Store) => (await store.webhooks()).map(({ id }) => Number(id.slice(4)))

/** The file of a state as a kill leaves it, once these are kept, each in a commit of its own. */
async function killedAfter(...numbers: readonly number[]): Promise<string> {
  const { file } = await temporaryState()
  const store = await createStore({ file, warn: silent })
  for (const n of numbers) await store.commit([hook(n)])
  const left = await leftByKill(file)
  await store.close()
  return left
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
  it.each([
    ['a commit', '1a2b3c4d 2 [{"table":"webhooks"'],
    ['a commit with all but its newline', '1a2b3c4d 2 []'],
    ['garbage', '\0\0\0\0'],
  ])('of %s is dropped with a warning, and the file goes on soundly', async (_what, tail) => {
    const file = await killedAfter(1)
    const journal = `${file}.journal-1`
    const before = await readFile(journal, 'utf8')
    await appendFile(journal, tail)
    const warnings: string[] = []
    const store = await createStore({ file, warn: (text) => void warnings.push(text) })
    expect(warnings).toEqual([
      `Dropped line 3 of ${journal}: it is torn, because the process ended while writing it. Nothing that was acknowledged is lost.`,
    ])
    expect(await hooks(store)).toEqual([1])
    expect(await readFile(journal, 'utf8')).toBe(before)
    await store.commit([hook(3)])
    await store.close()
    expect(await opening(file)).toEqual({ kept: [1, 3], warnings: [] })
  })
})

describe('damage', () => {
  const failure = (state: string, suffix: string, at: number, reason: string, kept: number) => ({
    kind: 'environment',
    code: 'STATE_DAMAGED',
    message: `Failed to read the state: ${reason}.`,
    hint: [
      `Nothing was changed${kept === 0 ? ', and there is nothing to save' : ''}. Choose one:`,
      ...(kept === 0
        ? []
        : [
            `  --repair goes on with ${kept} ${kept === 1 ? 'webhook' : 'webhooks'}, and copies the files to db.json.damaged-1`,
          ]),
      ...(reason === 'the file is empty' ? [`  rm ${state} if it was made in advance, as by mktemp`] : []),
      `  mkdir damaged && mv ${state}* damaged/`,
      '  --reset begins anew',
    ].join('\n'),
    location: { file: `${state}${suffix}`, line: at },
  })
  const expectDamage = async (file: string, suffix: string, at: number, reason: string, kept: number) => {
    const before = await contentsOf(dirname(file))
    expect(await failureOf(createStore({ file, warn: silent }))).toEqual(
      failure(file, suffix, at, reason, kept),
    )
    expect(await contentsOf(dirname(file))).toEqual(before)
  }
  const changed = async (path: string, change: (lines: string[]) => readonly string[]) =>
    writeFile(path, change((await readFile(path, 'utf8')).split('\n')).join('\n'))

  it.each<[string, (lines: string[]) => readonly string[], number, string, number]>([
    [
      'another character',
      (lines) => lines.with(2, `${lines[2]}`.replace('hooks', 'hocks')),
      3,
      'this line is damaged',
      2,
    ],
    ['a line of garbage at its end', (lines) => [...lines, 'x', ''], 5, 'this line is damaged', 3],
    [
      'a missing line',
      (lines) => lines.toSpliced(2, 1),
      3,
      'commit 2, which came before this line, is missing',
      2,
    ],
    [
      'a line twice',
      (lines) => lines.toSpliced(2, 0, `${lines[2]}`),
      4,
      'this line has commit 2 again, or too late',
      3,
    ],
    [
      'a missing last line',
      (lines) => lines.toSpliced(3, 1),
      3,
      'it ends too early: commit 3 of 3 was acknowledged and is missing',
      2,
    ],
    [
      'a torn acknowledged line',
      (lines) => [...lines.slice(0, 3), `${lines[3]}`.slice(0, 40)],
      4,
      'it ends too early: commit 3 of 3 was acknowledged and is missing',
      2,
    ],
    [
      'another first line',
      (lines) => lines.with(0, `${lines[0]}`.replace(/("kept": +)3/, '$12')),
      1,
      'this line is damaged',
      3,
    ],
    ['nothing in it', () => [], 1, 'it is empty', 0],
  ])(
    'in a journal with %s names file and line and changes nothing',
    async (_what, change, at, reason, kept) => {
      const file = await killedAfter(1, 2, 3)
      await changed(`${file}.journal-1`, change)
      await expectDamage(file, '.journal-1', at, reason, kept)
    },
  )

  it('as a missing journal, or a missing snapshot', async () => {
    const file = await killedAfter(1)
    await rename(`${file}.journal-1`, `${file}.away`)
    const missing = `the journal that goes on from it (${file}.journal-1) is missing`
    await expectDamage(file, '', 1, missing, 0)
    await rename(`${file}.away`, `${file}.journal-1`)
    await rm(file)
    await expectDamage(file, '.journal-1', 1, `the state that it goes on from (${file}) is missing`, 1)
  })

  it('as files of different states', async () => {
    const [one, other] = [await killedAfter(1, 2), await killedAfter(1, 2, 3)]
    await copyFile(`${other}.journal-1`, `${one}.journal-1`)
    await expectDamage(one, '.journal-1', 1, 'this is the journal of another state', 0)
  })

  it.each([
    ['nonsense', 1, 'it is not JSON'],
    ['{\n  "format": "hookproof-state",\n  "version": 1,,\n}', 3, 'it is not JSON'],
    ['{\n"format":', 2, 'it is not JSON'],
    ['{"posts":[]}', 1, 'it is no state of hookproof'],
    ['{"format":"hookproof-state","version":1}', 1, 'it is in version 1 of the format, and this reads 2'],
    ['{"format":"hookproof-state","version":2}', 1, 'this line is damaged'],
  ])('as a file that holds %j', async (text, at, reason) => {
    const { file } = await temporaryState()
    await writeFile(file, text)
    await expectDamage(file, '', at, reason, 0)
  })

  it.each<[string, (text: string, name: string) => string]>([
    ['as it was written', (text) => text],
    ['formatted anew', (text) => JSON.stringify(JSON.parse(text), null, 2)],
  ])('in a snapshot, %s, names the line of the record', async (_how, format) => {
    const { file } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    await store.commit([hook(1), hook(2), hook(3)])
    await store.close()
    const text = format(await readFile(file, 'utf8'), file)
    const at = text.slice(0, text.indexOf('"whk_2"')).split('\n').length
    const [before = '', after = ''] = text.split(/(?<="whk_2".*?)hooks/s)
    await writeFile(file, `${before}hocks${after}hooks${text.split(/(?<="whk_2".*?)hooks/s)[2] ?? ''}`)
    await expectDamage(file, '', at, 'this line is not as it was written: its checksum is another one', 2)
    await writeFile(
      file,
      text.replace('"enabled":true', '"enabled":"yes"').replace('"enabled": true', '"enabled": "yes"'),
    )
    const first = text.slice(0, text.indexOf('"whk_1"')).split('\n').length
    await expectDamage(file, '', first, 'its record of webhooks is wrong: /enabled must be boolean', 2)
  })

  it('in a snapshot that ends early, or goes on', async () => {
    const { file } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    await store.commit([hook(1), hook(2), hook(3)])
    await store.close()
    const lines = (await readFile(file, 'utf8')).split('\n')
    await writeFile(file, lines.slice(0, 6).join('\n'))
    await expectDamage(file, '', 6, 'the file ends too early, after this line', 2)
    await writeFile(file, `${lines.join('\n')}more\n`)
    await expectDamage(file, '', lines.length, 'this line is damaged', 3)
  })

  it('as an empty file', async () => {
    const { file } = await temporaryState()
    await writeFile(file, '')
    await expectDamage(file, '', 1, 'the file is empty', 0)
    await (await createStore({ file, reset: true, warn: silent })).close()
    expect(await opening(file)).toEqual({ kept: [], warnings: [] })
  })

  it('with a command that takes the files away, whatever their folder is called', async () => {
    const { folder } = await temporaryState()
    const file = `${folder}/Zo's files/db.json`
    await mkdir(dirname(file))
    for (const name of [file, `${file}.journal-1`]) await writeFile(name, 'x')
    const { hint } = await failureOf(createStore({ file, warn: silent }))
    const command = String(hint)
      .split('\n')
      .find((line) => line.includes('mv '))
    execFileSync('sh', ['-c', command ?? 'false'], { cwd: folder })
    expect(Object.keys(await contentsOf(`${folder}/damaged`))).toEqual(['db.json', 'db.json.journal-1'])
    expect(Object.keys(await contentsOf(dirname(file)))).toEqual([])
  })
})

describe('a repair', () => {
  it('goes on with what is valid, copies the damaged files aside, and says what was wrong', async () => {
    const file = await killedAfter(1, 2, 3)
    const journal = `${file}.journal-1`
    const text = await readFile(journal, 'utf8')
    await writeFile(journal, text.replace('"whk_2"', '"whk_4"'))
    const before = await contentsOf(dirname(file))
    const warnings: string[] = []
    const warn = (one: string) => void warnings.push(one)
    const store = await createStore({ file, repair: true, warn })
    expect(warnings).toEqual([
      `Repaired the state in ${file}: ${journal}:3: this line is damaged. Kept: 2 webhooks. Left out: 1 change. The damaged files are in ${file}.damaged-1.`,
    ])
    expect(await hooks(store)).toEqual([1, 3])
    await store.commit([hook(5)])
    await store.close()
    expect(await contentsOf(`${file}.damaged-1`)).toEqual(before)
    expect(await opening(file)).toEqual({ kept: [1, 3, 5], warnings: [] })
  })

  it('leaves out what refers to a record that is lost', async () => {
    const { file } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    await store.commit([hook(1), ...aSettledRound(1), ...aSettledRound(2)])
    await store.close()
    await writeFile(file, (await readFile(file, 'utf8')).replace('"name\\":\\"Zo', '"name\\":\\"Zi'))
    const warnings: string[] = []
    const repaired = await createStore({ file, repair: true, warn: (text) => void warnings.push(text) })
    expect(warnings).toEqual([
      expect.stringContaining(
        'Kept: 1 webhook, 1 event, 1 delivery, 1 attempt. Left out: 1 event, 1 delivery, 1 attempt. The damaged',
      ),
    ])
    expect(await repaired.summary()).toEqual({
      webhooks: 1,
      events: 1,
      deliveries: 1,
      attempts: 1,
      pending: 0,
    })
    await repaired.close()
  })

  it.each<[string, (lines: string[]) => readonly string[], string]>([
    ['a line is gone', (lines) => lines.filter((line) => !line.includes('whk_2')), '1 unreadable record.'],
    [
      'a line cannot be read',
      (lines) => lines.map((line) => line.replace('{"id":"whk_2"', '{')),
      '1 webhook.',
    ],
    [
      'a line is there twice',
      (lines) => lines.flatMap((line) => (line.includes('whk_2') ? [line, line] : line)),
      '',
    ],
    ['garbage stands between', (lines) => lines.toSpliced(5, 0, 'x'), ''],
    [
      'a record is another one',
      (lines) => lines.map((line) => line.replace('/hooks', '/hocks')),
      '3 webhooks.',
    ],
    ['its end is gone', (lines) => lines.slice(0, 7), 'hidden'],
    ['its first line is damaged', (lines) => lines.with(0, lines[0]?.replace('1', '2') ?? ''), 'hidden'],
  ])('says what is lost where %s', async (_what, change, lost) => {
    const { file } = await temporaryState()
    const store = await createStore({ file, warn: silent })
    await store.commit([hook(1), hook(2), hook(3), put('counters', { id: 'ids', value: 3 })])
    await store.close()
    await writeFile(file, change((await readFile(file, 'utf8')).split('\n')).join('\n'))
    const warnings: string[] = []
    const warn = (text: string) => void warnings.push(text)
    await (await createStore({ file, repair: true, warn })).close()
    const said = { '': 'Nothing is lost.', hidden: 'Whether anything is left out, the damage hides.' }[lost]
    expect(warnings).toEqual([expect.stringContaining(said ?? `Left out: ${lost}`)])
  })

  it.each<[string, (lines: string[]) => readonly string[], string]>([
    ['a commit is gone', (lines) => lines.toSpliced(2, 1), 'Left out: 1 change.'],
    ['its last commits are gone', (lines) => [...lines.slice(0, 2), ''], 'Left out: 2 changes.'],
    ['garbage follows', (lines) => [...lines, 'x', ''], 'Nothing is lost.'],
    ['its first line is damaged', (lines) => lines.with(0, 'x'), 'Whether anything is left out'],
  ])('says what is lost of a journal where %s', async (_what, change, lost) => {
    const file = await killedAfter(1, 2, 3)
    const journal = `${file}.journal-1`
    await writeFile(journal, change((await readFile(journal, 'utf8')).split('\n')).join('\n'))
    const warnings: string[] = []
    const warn = (text: string) => void warnings.push(text)
    await (await createStore({ file, repair: true, warn })).close()
    expect(warnings).toEqual([expect.stringContaining(lost)])
  })

  it('keeps a copy of what is no state, also where it was to begin anew', async () => {
    const { file } = await temporaryState()
    await writeFile(file, '{"name":"acme"}\n')
    const warnings: string[] = []
    const store = await createStore({ file, reset: true, warn: (text) => void warnings.push(text) })
    await store.close()
    expect(warnings).toEqual([`${file} was no state of hookproof: what was in it is in ${file}.damaged-1.`])
    expect(await readFile(`${file}.damaged-1/db.json`, 'utf8')).toBe('{"name":"acme"}\n')
    const again = await createStore({ file, reset: true, warn: silent })
    await again.close()
  })

  it('reads a snapshot that was formatted anew in time that is linear in its wrong records', async () => {
    const { file } = await temporaryState()
    await (await createStore({ file, warn: silent })).close()
    const empty = JSON.parse(await readFile(file, 'utf8')) as { readonly tables: object }
    let looks = 0
    const indexOf = String.prototype.indexOf
    onTestFinished(() => void vi.restoreAllMocks())
    vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, ...of) {
      if (this.length > 10_000) looks++
      return indexOf.apply(this, of)
    })
    const looksAt = async (records: number) => {
      const webhooks = Array.from({ length: records }, (_, n) => ({ id: `whk_${n}` }))
      const changed = { ...empty, tables: { ...empty.tables, webhooks } }
      await writeFile(file, JSON.stringify(changed, null, 2))
      looks = 0
      await failureOf(createStore({ file, warn: silent }))
      return looks
    }
    expect(await looksAt(4_000)).toBe(await looksAt(1_000))
  })

  it('changes nothing where nothing is damaged', async () => {
    const file = await killedAfter(1)
    const store = await createStore({ file, repair: true, warn: silent })
    expect(await hooks(store)).toEqual([1])
    await store.close()
    expect(Object.keys(await contentsOf(dirname(file)))).toEqual(['db.json'])
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
