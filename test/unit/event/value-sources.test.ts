import { describe, expect, it } from 'vitest'
import { type Failure, type Outcome, toBody } from '../../../src/core/model.ts'
import { failureNames } from '../../../src/delivery/retry.ts'
import { sourceValue } from '../../../src/event/value-sources.ts'
import type { ValueDetails } from '../../../src/spec/vocabulary.ts'

const URL_OF_RECEIVER = 'https://app.example/hooks'

function failure(outcome: Outcome, url = URL_OF_RECEIVER): Failure {
  const status = outcome.kind === 'responded' ? outcome.status : null
  return { names: failureNames(outcome, url), status, host: 'app.example' }
}

const responded = (status: number): Outcome => {
  return { kind: 'responded', status, headers: [], body: toBody(Buffer.alloc(0)), truncated: false }
}

const OUTCOMES: Readonly<Record<string, readonly [Failure, error: string, cause: string]>> = {
  'a status': [failure(responded(503)), 'HTTP 503', '5xx'],
  'a client error': [failure(responded(404)), 'HTTP 404', '4xx'],
  'a redirect': [failure(responded(302)), 'HTTP 302', '3xx'],
  'a success that counts as none': [failure(responded(204)), 'HTTP 204', '2xx'],
  'no answer in time': [failure({ kind: 'timed-out', error: 'ours' }), 'Request timed out', 'timeout'],
  'no connection': [
    failure({ kind: 'connection-failed', code: 'ECONNREFUSED', error: 'ours' }),
    'Connection failed',
    'connect',
  ],
  'no such name': [
    failure({ kind: 'connection-failed', code: 'ENOTFOUND', error: 'ours' }),
    'DNS lookup failed',
    'dns',
  ],
  'no certificate': [
    failure({ kind: 'tls-failed', code: 'ERR_TLS', error: 'ours' }),
    'TLS handshake failed',
    'tls',
  ],
  'an address out of reach': [
    failure({ kind: 'blocked', error: 'ours', hint: 'ours' }),
    'Target address is not allowed',
    'forbidden-target',
  ],
  'no URL': [
    failure({ kind: 'blocked', error: 'ours', hint: 'ours' }, 'nowhere'),
    'Invalid URL',
    'invalid-url',
  ],
  'a mock that was killed meanwhile': [
    failure({ kind: 'interrupted', error: 'ours' }),
    'Unknown error',
    'unknown',
  ],
}

describe('why an attempt failed', () => {
  it.each(Object.entries(OUTCOMES))('of %s, in the words of a provider', (_, [facts, error, cause]) => {
    expect(sourceValue({ from: 'attempt.error' }, {}, { failure: facts })).toBe(error)
    expect(sourceValue({ from: 'attempt.cause' }, {}, { failure: facts })).toBe(cause)
  })

  it('takes the words of the document, those for one status before those for its class', () => {
    const words = { '503': 'busy ({status})', '5xx': 'HTTP error {status}', dns: 'no address of {host}' }
    const error = (outcome: Outcome) =>
      sourceValue({ from: 'attempt.error', words }, {}, { failure: failure(outcome) })
    expect(error(responded(503))).toBe('busy (503)')
    expect(error(responded(500))).toBe('HTTP error 500')
    expect(error({ kind: 'connection-failed', code: 'ENOTFOUND', error: '' })).toBe(
      'no address of app.example',
    )
    expect(error({ kind: 'timed-out', error: '' })).toBe('Request timed out')
    const causes: ValueDetails = { from: 'attempt.cause', words: { '4xx': 'http_client_error' } }
    expect(sourceValue(causes, {}, { failure: failure(responded(429)) })).toBe('http_client_error')
  })

  it('is null of what did not fail', () => {
    expect(sourceValue({ from: 'attempt.error' }, {}, { failure: null })).toBeNull()
    expect(sourceValue({ from: 'attempt.cause' }, {}, { failure: null })).toBeNull()
  })
})

describe('the environment of an account', () => {
  const from = 'account.environment'

  it('is its name, or the word that the document has for it', () => {
    const words = { sandbox: 'TEST' }
    expect(sourceValue({ from }, { environment: 'live' })).toBe('live')
    expect(sourceValue({ from, words }, { environment: 'sandbox' })).toBe('TEST')
    expect(sourceValue({ from, words }, { environment: 'live' })).toBe('live')
  })

  it.each([
    ['live', true],
    ['sandbox', false],
  ])('says of %s whether it equals live', (environment, isLive) => {
    expect(sourceValue({ from, equals: 'live' }, { environment })).toBe(isLive)
  })
})

describe('pages of an empty list', () => {
  const page = { number: 0, size: 20, total: 0, base: 0 }

  it('are one, or none where the document says so', () => {
    expect(sourceValue({ from: 'page.pages' }, { page })).toBe(1)
    expect(sourceValue({ from: 'page.pages', least: 0 }, { page })).toBe(0)
    expect(sourceValue({ from: 'page.pages', least: 0 }, { page: { ...page, total: 21 } })).toBe(2)
  })
})

it.each([
  ['/v1/webhooks/a%20b', '/v1/webhooks/a%20b'],
  ['/v1/webhooks/}', '/v1/webhooks/%7D'],
  ['/v1/webhooks/%E0%A4%A', '/v1/webhooks/%E0%A4%25A'],
])('writes the path %s as one that a URI may have', (requestPath, written) => {
  expect(sourceValue({ from: 'request.path' }, { requestPath })).toBe(written)
})
