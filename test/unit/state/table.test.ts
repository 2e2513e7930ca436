import { expect, it } from 'vitest'
import { createRandom } from '../../../src/core/random.ts'
import { Table } from '../../../src/state/table.ts'

it('finds by each index, newest first, what a plain search would, whatever comes in between', () => {
  const rng = createRandom('table')
  const random = (below: number) => Math.floor(rng.fraction() * below)
  const table = new Table<{ id: string; color: string; open: boolean }, 'color' | 'open'>({
    color: ({ color }) => color,
    open: ({ open }) => (open ? '' : undefined),
  })
  let model: { id: string; color: string; open: boolean }[] = []
  const colors = ['red', 'green', 'blue']
  for (let step = 0; step < 5_000; step++) {
    const id = String(random(200))
    if (random(3) === 0) {
      table.remove(id)
      model = model.filter((record) => record.id !== id)
    } else {
      const record = { id, color: colors[random(3)] ?? '', open: random(2) === 0 }
      table.put(record)
      const at = model.findIndex((other) => other.id === id)
      model = at === -1 ? [...model, record] : model.with(at, record)
    }
    if (step % 10 !== 0) continue
    expect(table.records()).toEqual(model)
    expect(table.size).toBe(model.length)
    expect(table.first()).toEqual(model[0])
    const newest = [...(table.list('open', '')?.newestFirst() ?? [])].map(({ record }) => record)
    expect(newest).toEqual(model.filter(({ open }) => open).reverse())
    const oldest = [...(table.list('open', '')?.oldestFirst() ?? [])].map(({ record }) => record)
    expect(oldest).toEqual(model.filter(({ open }) => open))
    for (const color of colors) {
      const expected = model.filter((record) => record.color === color)
      expect(table.list('color', color)?.records() ?? []).toEqual(expected)
      expect(table.list('color', color)?.size ?? 0).toBe(expected.length)
    }
  }
})

it('finds the oldest of many again and again, as they leave in turn, in linear time', () => {
  let looks = 0
  const table = new Table<{ id: string; open: boolean }, 'open'>({
    open: ({ open }) => {
      looks += 1
      return open ? '' : undefined
    },
  })
  const count = 10_000
  for (let n = 0; n < count; n++) table.put({ id: String(n), open: true })
  looks = 0
  for (let n = 0; n < count; n++) {
    const [oldest] = table.list('open', '')?.oldestFirst() ?? []
    expect(oldest?.record?.id).toBe(String(n))
    table.put({ id: String(n), open: false })
  }
  expect(looks).toBeLessThan(10 * count)
})

it('finds the first record of many as fast as that of few, however many have gone before it', () => {
  const rounds = (size: number) => {
    const table = new Table<{ readonly id: string }>({})
    for (let i = 0; i < size; i++) table.put({ id: `${i}` })
    const start = performance.now()
    for (let i = size; i < size + 30_000; i++) {
      table.put({ id: `${i}` })
      if (table.first()?.id !== `${i - size}`) throw new Error(`${i - size} is not the first`)
      table.remove(`${i - size}`)
    }
    return performance.now() - start
  }
  rounds(100)
  expect(rounds(10_000)).toBeLessThan(10 * rounds(100) + 300)
})
