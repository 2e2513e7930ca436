import { describe, expect, it } from 'vitest'
import { createJournal } from '../../../src/api/journal.ts'
import type { RequestRecord } from '../../../src/core/feed.ts'
import type { Violation, ViolationSource } from '../../../src/core/violation.ts'

const request = (id: string, more: Partial<RequestRecord> = {}): RequestRecord => ({
  id,
  at: 0,
  provider: 'acme',
  account: 'default',
  operation: 'list',
  method: 'GET',
  path: '/acme/hooks',
  status: 200,
  durationMs: 1,
  violations: [],
  ...more,
})
const violation: Violation = {
  by: 'client',
  provider: 'acme',
  operation: 'list',
  location: 'body',
  rule: 'type',
  message: 'm',
}
const sent = (length: number): ViolationSource['sent'] => ({
  method: 'GET',
  path: '/',
  headers: {},
  body: { encoding: 'utf8', text: 'x'.repeat(length) },
  truncated: false,
})
const source = (more: Partial<ViolationSource> = {}): ViolationSource => ({
  account: 'default',
  request: 'r',
  attempt: null,
  sent: null,
  ...more,
})

describe('the journal', () => {
  it('finds requests and violations by whose they are and what they are of', () => {
    const journal = createJournal()
    journal.addRequest(request('a'))
    journal.addRequest(request('b', { account: 'other', status: 404 }))
    journal.addViolations([violation], source())
    journal.addViolations([{ ...violation, by: 'mock' }], source({ account: 'other' }))
    const ids = (filter: object) => journal.requests(filter).map(({ id }) => id)
    expect(ids({})).toEqual(['a', 'b'])
    expect(ids({ account: 'other' })).toEqual(['b'])
    expect(ids({ status: 200, provider: 'acme', method: undefined })).toEqual(['a'])
    expect(ids({ operation: 'none' })).toEqual([])
    expect(journal.violations({ by: 'mock' })).toEqual([
      { ...violation, by: 'mock', account: 'other', request: 'r', attempt: null, sent: null },
    ])
    expect(journal.violations({ account: 'default' })).toHaveLength(1)
  })

  it('lets the oldest go at its capacity, and counts them', () => {
    const journal = createJournal({ capacity: 2 })
    for (const id of ['a', 'b', 'c']) {
      journal.addRequest(request(id))
      journal.addViolations([violation, violation], source({ request: id }))
    }
    expect(journal.requests().map(({ id }) => id)).toEqual(['b', 'c'])
    expect(journal.violations().map((one) => one.request)).toEqual(['c', 'c'])
    expect(journal.dropped()).toEqual({ requests: 1, violations: 4 })
  })

  it('keeps no more of requests’ bodies than it may, each counted once', () => {
    const journal = createJournal({ bodyBytes: 250 })
    for (const id of ['a', 'b']) {
      const one = source({ request: id, sent: sent(100) })
      journal.addViolations([violation, violation], one)
    }
    expect(journal.violations()).toHaveLength(4)
    journal.addViolations([violation], source({ request: 'c', sent: sent(100) }))
    expect(journal.violations().map((one) => one.request)).toEqual(['b', 'b', 'c'])
    expect(journal.dropped().violations).toBe(2)
    journal.clear()
    for (const id of ['d', 'e']) journal.addViolations([violation], source({ request: id, sent: sent(100) }))
    expect(journal.violations()).toHaveLength(2)
  })

  it('keeps the newest, however large it is', () => {
    const journal = createJournal({ bodyBytes: 10 })
    journal.addViolations([violation], source({ request: 'a', sent: sent(5) }))
    journal.addViolations([violation], source({ request: 'b', sent: sent(100) }))
    expect(journal.violations().map((one) => one.request)).toEqual(['b'])
  })

  it('forgets one account', () => {
    const journal = createJournal()
    for (const account of ['default', 'other', null]) {
      journal.addRequest(request(`${account}`, { account }))
      journal.addViolations([violation], source({ account, request: null }))
    }
    journal.clear({ provider: 'acme', account: 'other' })
    expect(journal.requests().map(({ account }) => account)).toEqual(['default', null])
    expect(journal.violations().map(({ account }) => account)).toEqual(['default', null])
    journal.clear({ provider: 'beta' })
    expect(journal.violations()).toHaveLength(2)
    journal.clear()
    expect([journal.requests(), journal.violations()]).toEqual([[], []])
  })
})
