import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MockError } from '../../../src/core/errors.ts'
import { readDocument, readList } from '../../../src/schema/locate.ts'

const folder = await mkdtemp(join(tmpdir(), 'hookproof-locate-'))
const SUBJECT = { action: 'load the menu', code: 'BAD_MENU' }

async function written(text: string): Promise<string> {
  const file = join(folder, 'menu.yaml')
  await writeFile(file, text)
  return file
}

async function failure(text: string, read: typeof readDocument | typeof readList = readDocument) {
  const file = await written(text)
  const error = await read(file, SUBJECT).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof MockError ? error.message.replaceAll(file, 'menu.yaml') : String(error)
}

const MENU = `soup:
  of: &vegetables [leek, { name: carrot }]
salad:
  $ref: '#/parts/leaves'
stew: *vegetables
parts:
  leaves:
    a/b: 1
`

describe('a file that is nested too deeply', () => {
  it.each([199, 201, 600, 850, 2_000])('is refused, or read, with %i levels', async (levels) => {
    const flow = `a: ${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}`
    const block = Array.from({ length: levels }, (_, i) => `${' '.repeat(i)}a:\n`).join('')
    for (const text of [flow, block]) {
      if (levels < 200) expect(await failure(text)).toBe('undefined')
      else
        expect(await failure(text)).toMatch(
          /^menu\.yaml:\d+:\d+(?: #[a/0]+)?: Failed to load the menu: it is nested (?:too deeply|more than 200 levels deep)\.$/,
        )
    }
  })
})

describe('a pointer into a file', () => {
  it.each([
    ['/soup', '1:1'],
    ['/soup/of/0', '2:20'],
    ['/soup/of/1/name', '2:28'],
    ['/soup/salt', '1:1'],
    ['/parts/leaves/a~1b', '8:5'],
    ['/salad/a~1b', '8:5'],
    ['/stew/1/name', '2:28'],
    ['', '1:1'],
  ])('leads to its line and column, through references: %s', async (pointer, place) => {
    const { line, column } = (await readDocument(await written(MENU), SUBJECT)).locate(pointer)
    expect(`${line}:${column}`).toBe(place)
  })

  it('leads to the pointer of what a reference names', async () => {
    const document = await readDocument(await written(MENU), SUBJECT)
    expect(document.locate('/salad/a~1b').pointer).toBe('/parts/leaves/a~1b')
    expect(document.value.stew).toEqual(['leek', { name: 'carrot' }])
  })

  it('works in JSON as well', async () => {
    const list = await readList(await written('[\n  { "name": 1 }\n]'), SUBJECT)
    expect(list.locate('/0/name')).toMatchObject({ line: 2, column: 5 })
  })
})

describe('a file that cannot be read', () => {
  it.each([
    ['a: 1\na: 2\n', 'menu.yaml:2:1: Failed to load the menu: the key "a" stands there twice.'],
    ['a: *none\n', /^menu\.yaml:1:4: Failed to load the menu: unresolved alias/],
    ['a: 1\n---\nb: 2\n', /it holds several documents/],
    ['- a\n', 'menu.yaml: Failed to load the menu: it is not an object.'],
  ])('is refused with its place: %j', async (text, message) => {
    const found = await failure(text)
    if (typeof message === 'string') expect(found).toBe(message)
    else expect(found).toMatch(message)
  })

  it('is refused with the first of very many errors, and how many there are', async () => {
    const message = await failure(`soup: 1${'\nsoup: 1'.repeat(3_000)}`)
    const [first = '', ...others] = message.split('\n')
    expect(first).toMatch(/^menu\.yaml:2:\d+: Failed to load the menu: .*100 more problems:$/)
    expect(others).toHaveLength(100)
    expect(others.filter((line) => /there are [\d,]+ more problems/.test(line))).toHaveLength(1)
  })

  it('is read in time that is linear in the number of its keys', async () => {
    const taken = async (keys: number) => {
      const file = await written(
        JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, 1]))),
      )
      const before = process.cpuUsage()
      await readDocument(file, SUBJECT)
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    await taken(1_000)
    // Where each is compared with every other, sixteen times as long and more.
    expect((await taken(8_000)) / (await taken(2_000))).toBeLessThan(9)
  })

  it.each([
    ['members of an object', (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [i, 1]))],
    ['items of an array', (n: number) => Array.from({ length: n }, () => 1)],
  ])('says where each of its %s is in time that is linear in their number', async (_name, value) => {
    const taken = async (places: number) => {
      const { locate } = await readDocument(await written(JSON.stringify({ a: value(places) })), SUBJECT)
      const before = process.cpuUsage()
      for (let i = 0; i < places; i++) expect(locate(`/a/${i}`).line).toBe(1)
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    await taken(1_000)
    // Where each is looked for among all, up to 64 times as long.
    expect((await taken(32_000)) / (await taken(4_000))).toBeLessThan(20)
  })

  it('follows its aliases in time that is linear in their number', async () => {
    const taken = async (aliases: number) => {
      // The parser takes 100 of one anchor.
      const one = (_: unknown, i: number) => `\n  - ${i % 50 === 0 ? `&a${i} 1.0` : `*a${i - (i % 50)}`}`
      const file = await written(`list:${Array.from({ length: aliases }, one).join('')}\n`)
      const { changedNumbers } = await readDocument(file, SUBJECT)
      const before = process.cpuUsage()
      expect(changedNumbers()).toHaveLength(aliases)
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    await taken(500)
    // Where the whole file is searched for each, 64 times as long.
    expect((await taken(16_000)) / (await taken(2_000))).toBeLessThan(25)
  })

  it('is refused where it is no array', async () => {
    expect(await failure('a: 1\n', readList)).toBe('menu.yaml: Failed to load the menu: it is not an array.')
  })

  it('is refused where it does not exist', async () => {
    await expect(readDocument(join(folder, 'none.yaml'), SUBJECT)).rejects.toThrow(
      'Failed to load the menu: there is no such file. Name an existing YAML or JSON file.',
    )
  })
})

/** https://yaml.org/spec/1.2.2/#1032-tag-resolution */
const CORE_NUMBER = [
  /^[-+]?[0-9]{1,20}$/,
  /^0o[0-7]{1,20}$/,
  /^0x[0-9a-fA-F]{1,16}$/,
  /^[-+]?(\.[0-9]{1,20}|[0-9]{1,20}(\.[0-9]{0,5})?)([eE][-+]?[0-9]{1,3})?$/,
  /^[-+]?(\.inf|\.Inf|\.INF)$/,
  /^(\.nan|\.NaN|\.NAN)$/,
]

describe('a number of a YAML file', () => {
  it('has the digits that are written, or is named', async () => {
    const spelling = fc.oneof(...CORE_NUMBER.map((form) => fc.stringMatching(form)))
    await fc.assert(
      fc.asyncProperty(fc.array(spelling, { minLength: 1, maxLength: 20 }), async (spellings) => {
        const { value, changedNumbers } = await readDocument(
          await written(`sent: [${spellings.join(', ')}]\n`),
          SUBJECT,
        )
        const named = new Set(changedNumbers().map(({ pointer }) => pointer))
        for (const [i, one] of (value.sent as readonly unknown[]).entries()) {
          expect(typeof one).toBe('number')
          expect([spellings[i], named.has(`/sent/${i}`)]).toEqual([
            spellings[i],
            JSON.stringify(one) !== spellings[i],
          ])
        }
      }),
    )
  })

  it('is named with what YAML 1.1 makes of it', async () => {
    const { changedNumbers } = await readDocument(
      await written('%YAML 1.1\n---\na: [0403, 1_000, 1:30, 0b11, 403]\n'),
      SUBJECT,
    )
    expect(changedNumbers()).toEqual([
      { pointer: '/a/0', written: '0403', becomes: '259', isOther: true },
      { pointer: '/a/1', written: '1_000', becomes: '1000', isOther: false },
      { pointer: '/a/2', written: '1:30', becomes: '90', isOther: false },
      { pointer: '/a/3', written: '0b11', becomes: '3', isOther: false },
    ])
  })
})
