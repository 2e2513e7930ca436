import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Json, parsedJson } from '../../../src/core/json.ts'
import { JsonReader } from '../../../src/core/json-reader.ts'

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    yield bytes.subarray(at, at + size)
    at += size
  }
}

/** The document, read by the parts of its first `levels` levels. */
async function read(reader: JsonReader, levels: number): Promise<Json> {
  const first = await reader.peek()
  if (levels === 0 || (first !== '{' && first !== '[')) return reader.value()
  if (first === '[') {
    const elements: Json[] = []
    for await (const place of reader.elements()) elements[place] = await read(reader, levels - 1)
    return elements
  }
  const members: [string, Json][] = []
  for await (const name of reader.members()) members.push([name, await read(reader, levels - 1)])
  return Object.fromEntries(members)
}

async function readAll(
  text: Uint8Array | string,
  sizes: readonly number[],
  levels: number,
): Promise<unknown> {
  const reader = new JsonReader(chunksOf(Buffer.from(text), sizes))
  try {
    const value = await read(reader, levels)
    await reader.end()
    return value
  } catch {
    return undefined
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 })
const levels = fc.integer({ min: 0, max: 4 })

describe('a JSON reader', () => {
  it('reads what JSON.parse reads, however it arrives', () =>
    fc.assert(
      fc.asyncProperty(
        fc.json(),
        fc.constantFrom(0, 2),
        sizes,
        levels,
        async (text, space, sizes, levels) => {
          const value = JSON.parse(text)
          expect(await readAll(JSON.stringify(value, null, space), sizes, levels)).toEqual(value)
        },
      ),
    ))

  it('refuses what JSON.parse refuses', () => {
    const damage = fc.record({
      at: fc.nat(),
      byte: fc.constantFrom(...Buffer.from('{}[]",:\\ 01te\n\xff')),
      cut: fc.boolean(),
    })
    return fc.assert(
      fc.asyncProperty(fc.json(), damage, sizes, levels, async (text, { at, byte, cut }, sizes, levels) => {
        const bytes = Buffer.from(text)
        const place = at % bytes.length
        bytes[place] = byte
        const damaged = cut ? bytes.subarray(0, place) : bytes
        const isText = Buffer.from(damaged.toString()).equals(damaged)
        expect(await readAll(damaged, sizes, levels)).toEqual(
          isText ? parsedJson(damaged.toString()) : undefined,
        )
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['', 'it ends too early'],
    ['{"a":1', 'it ends too early'],
    ['{"a" 1}', 'unexpected "1" at byte 5'],
    ['{"a":}', 'unexpected "}" at byte 5'],
    ['{"a":1}{', 'unexpected "{" at byte 7'],
    ['{a:1}', 'unexpected "a" at byte 1'],
    ['{"a":tru}', 'the value at byte 5 is none: '],
    [`{"a":${'['.repeat(1_001)}`, 'the value at byte 5 is nested more than 1000 levels deep'],
  ])('says what is wrong with %s', async (text, reason) => {
    const reader = new JsonReader(chunksOf(Buffer.from(text), [2]))
    await expect(read(reader, 1).then(() => reader.end())).rejects.toThrow(reason)
  })
})
