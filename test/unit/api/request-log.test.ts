import { describe, expect, it } from 'vitest'
import { createRequestLog } from '../../../src/api/request-log.ts'
import type { RequestRecord } from '../../../src/core/feed.ts'
import type { Violation, ViolationSource } from '../../../src/core/model.ts'

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
    const requestLog = createRequestLog()
    requestLog.addRequest(request('a'))
    requestLog.addRequest(request('b', { account: 'other', status: 404 }))
    requestLog.addViolations([violation], source())
    requestLog.addViolations([{ ...violation, by: 'mock' }], source({ account: 'other' }))
    const ids = (filter: object) => requestLog.requests(filter).map(({ id }) => id)
    expect(ids({})).toEqual(['a', 'b'])
    expect(ids({ account: 'other' })).toEqual(['b'])
    expect(ids({ status: 200, provider: 'acme', method: undefined })).toEqual(['a'])
    expect(ids({ operation: 'none' })).toEqual([])
    expect(requestLog.violations({ by: 'mock' })).toEqual([
      { ...violation, by: 'mock', account: 'other', request: 'r', attempt: null, sent: null },
    ])
    expect(requestLog.violations({ account: 'default' })).toHaveLength(1)
  })

  it('lets the oldest go at its capacity, and counts them', () => {
    const requestLog = createRequestLog({ capacity: 2 })
    for (const id of ['a', 'b', 'c']) {
      requestLog.addRequest(request(id))
      requestLog.addViolations([violation, violation], source({ request: id }))
    }
    expect(requestLog.requests().map(({ id }) => id)).toEqual(['b', 'c'])
    expect(requestLog.violations().map((one) => one.request)).toEqual(['c', 'c'])
    expect(requestLog.dropped()).toEqual({ requests: 1, violations: 4 })
  })

  it('keeps no more of requests’ bodies than it may, each counted once', () => {
    const requestLog = createRequestLog({ bytes: 250 })
    for (const id of ['a', 'b']) {
      const one = source({ request: id, sent: sent(100) })
      requestLog.addViolations([violation, violation], one)
    }
    expect(requestLog.violations()).toHaveLength(4)
    requestLog.addViolations([violation], source({ request: 'c', sent: sent(100) }))
    expect(requestLog.violations().map((one) => one.request)).toEqual(['b', 'b', 'c'])
    expect(requestLog.dropped().violations).toBe(2)
    requestLog.clear()
    for (const id of ['d', 'e'])
      requestLog.addViolations([violation], source({ request: id, sent: sent(100) }))
    expect(requestLog.violations()).toHaveLength(2)
  })

  it('counts the messages of violations and the paths of requests, too', () => {
    const requestLog = createRequestLog({ bytes: 1_000 })
    const message = 'm'.repeat(200)
    const path = `/${'p'.repeat(199)}`
    for (const id of ['a', 'b', 'c', 'd']) {
      requestLog.addRequest(request(id, { path, violations: [{ ...violation, message }] }))
      requestLog.addViolations(
        [{ ...violation, message }, violation],
        source({ request: id, sent: sent(100) }),
      )
    }
    expect(requestLog.requests().map(({ id }) => id)).toEqual(['c', 'd'])
    expect(requestLog.violations().map((one) => one.request)).toEqual(['b', 'b', 'c', 'c', 'd', 'd'])
    expect(requestLog.dropped()).toEqual({ requests: 2, violations: 2 })
    requestLog.clear()
    for (const id of ['e', 'f']) requestLog.addRequest(request(id, { path }))
    expect(requestLog.requests()).toHaveLength(2)
  })

  it('takes in as many violations as a message has', () => {
    const requestLog = createRequestLog()
    requestLog.addViolations(Array(200_000).fill(violation), source())
    expect(requestLog.violations()).toHaveLength(10_000)
  })

  it('keeps the newest, however large it is', () => {
    const requestLog = createRequestLog({ bytes: 10 })
    requestLog.addViolations([violation], source({ request: 'a', sent: sent(5) }))
    requestLog.addViolations([violation], source({ request: 'b', sent: sent(100) }))
    expect(requestLog.violations().map((one) => one.request)).toEqual(['b'])
  })

  it('forgets one account', () => {
    const requestLog = createRequestLog()
    for (const account of ['default', 'other', null]) {
      requestLog.addRequest(request(`${account}`, { account }))
      requestLog.addViolations([violation], source({ account, request: null }))
    }
    requestLog.clear({ provider: 'acme', account: 'other' })
    expect(requestLog.requests().map(({ account }) => account)).toEqual(['default', null])
    expect(requestLog.violations().map(({ account }) => account)).toEqual(['default', null])
    requestLog.clear({ provider: 'beta' })
    expect(requestLog.violations()).toHaveLength(2)
    requestLog.clear()
    expect([requestLog.requests(), requestLog.violations()]).toEqual([[], []])
  })
})
