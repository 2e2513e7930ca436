import { expect, it } from 'vitest'
import { createLivePrinter } from '../../../src/cli/io.ts'

const MIB = 1024 * 1024

/** Holds what is printed until it is read. */
function reader() {
  let waiting: string[] = []
  const unread = () => waiting.reduce((bytes, line) => bytes + line.length, 0)
  return {
    io: { out: (...lines: readonly string[]) => void waiting.push(...lines), unread },
    unread,
    read() {
      const lines = waiting
      waiting = []
      return lines
    },
  }
}

it.each([
  ['text', '34 entries left out here: nobody read this output.'],
  ['json', '{"type":"notice","text":"34 entries left out here: nobody read this output."}'],
] as const)('what nobody reads is bounded, and the rest counted, as %s', (format, gap) => {
  const { io, unread, read } = reader()
  const print = createLivePrinter(io, format)
  let made = 0
  for (let i = 0; i < 51; i++)
    print(() => {
      made++
      return ['x'.repeat(MIB)]
    })
  expect(unread()).toBe(17 * MIB)
  expect(made).toBe(17)
  expect(read()).toHaveLength(17)
  print(() => ['a'])
  print(() => ['b'])
  expect(read()).toEqual([gap, 'a', 'b'])
})
