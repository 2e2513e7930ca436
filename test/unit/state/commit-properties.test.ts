import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readCommit, writeCommits } from '../../../src/state/commit.ts'
import { Database } from '../../../src/state/database.ts'
import { loadRecordCheck } from '../../../src/state/record-schemas.ts'
import { type Operation, put } from '../../../src/state/store.ts'
import { operations } from './any-operation.ts'
import { aDelivery } from './records.ts'

it('reads every commit back as it was, whatever came before it', async () => {
  const check = await loadRecordCheck('file')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(operations, { maxLength: 3 }), { maxLength: 12 }), async (groups) => {
      const [written, read] = [new Database(), new Database()]
      for (const group of groups) {
        for (const text of writeCommits(written, group)) {
          const commit = readCommit(read, text, check)
          if ('reason' in commit) throw new Error(`${text}: ${commit.reason}`)
          for (const operation of commit.operations) read.apply(operation)
        }
        written.stage(group)
        await written.applyStaged()
        expect(read.records()).toEqual(written.records())
        expect(read.latestInstant).toBe(written.latestInstant)
        expect(read.due.nextDueAt()).toBe(written.due.nextDueAt())
      }
    }),
    { numRuns: process.env.CI === undefined ? 40 : 1_000 },
  )
})

it('writes each change for what the ones before it leave, where a settled delivery is put as pending', async () => {
  const check = await loadRecordCheck('file')
  const [written, read] = [new Database(), new Database()]
  const settled = aDelivery('del_1', { status: 'cancelled', reason: 'switched off', attempts: 1 })
  for (const database of [written, read]) database.put('deliveries', settled)
  const begun = aDelivery('del_1', { attempts: 2 })
  const commits = [
    [put('deliveries', begun)],
    [put('deliveries', { ...begun, attempts: 3, status: 'succeeded' })],
  ] as const
  for (const text of writeCommits(written, commits)) {
    const commit = readCommit(read, text, check)
    for (const operation of 'operations' in commit ? commit.operations : []) read.apply(operation)
  }
  for (const operation of commits.flat()) written.apply(operation)
  expect(read.records().deliveries).toEqual([{ ...begun, attempts: 3, status: 'succeeded' }])
  expect(read.records()).toEqual(written.records())
})

it('reads a change within a commit for what its other changes leave', async () => {
  const check = await loadRecordCheck('file')
  const database = new Database()
  const settled = aDelivery('del_1', { status: 'cancelled', reason: 'switched off', attempts: 1 })
  database.put('deliveries', settled)
  const [text = ''] = writeCommits(database, [
    [put('deliveries', aDelivery('del_1', { attempts: 2 })), put('deliveries', { ...settled, attempts: 3 })],
  ])
  const commit = readCommit(database, text, check)
  if ('reason' in commit) throw new Error(commit.reason)
  expect(commit.operations.at(-1)).toEqual(put('deliveries', { ...settled, attempts: 3 }))
})

it('refuses every other JSON, and throws at none', async () => {
  const check = await loadRecordCheck('file')
  const isCommit = (value: unknown) => Array.isArray(value) && value.length === 0
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      const read = readCommit(new Database(), text, check)
      expect('reason' in read || isCommit(JSON.parse(text))).toBe(true)
    }),
    { numRuns: 200 },
  )
})

it('refuses a record with a field more or less, or of another type', async () => {
  const check = await loadRecordCheck('file')
  const puts = operations.map((all) => all.find((one) => 'put' in one)).filter((one) => one !== undefined)
  fc.assert(
    fc.property(puts, fc.nat(), fc.constantFrom('less', 'more', 'other'), (one, at, how) => {
      const { table, put: record } = one as Extract<Operation, { readonly put: unknown }>
      const fields = Object.entries(record).filter(([name]) => name !== 'raw' && name !== 'begun')
      const [name = '', value] = fields[at % fields.length] ?? []
      const other = { ...record, [name]: typeof value === 'boolean' ? 'yes' : { unlike: 'anything' } }
      const { [name as 'id']: _removed, ...less } = record
      // Any object will do for a provider's own fields.
      fc.pre(how !== 'other' || name !== 'fields')
      const wrong = { less, more: { ...record, unknown: 1 }, other }[how]
      const text = JSON.stringify([{ table, put: wrong }])
      expect(readCommit(new Database(), text, check)).toEqual({
        reason: expect.stringContaining(`its record of ${table} is wrong`),
      })
    }),
    { numRuns: 150 },
  )
})
