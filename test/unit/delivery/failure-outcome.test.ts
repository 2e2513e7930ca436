import { expect, it } from 'vitest'
import { failureOutcome } from '../../../src/delivery/failure-outcome.ts'

const HOOKS = new URL('https://app.test/hooks')
const failed = (code: string, message: string) => Object.assign(new Error(message), { code })

it.each([
  ['CERT_HAS_EXPIRED', 'certificate has expired'],
  ['CERT_NOT_YET_VALID', 'certificate is not yet valid'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'Hostname/IP does not match'],
])('calls %s a failure of TLS', (code, message) => {
  expect(failureOutcome(failed(code, message), HOOKS, 5_000)).toEqual({
    kind: 'tls-failed',
    error: `no secure connection to app.test:443: ${message}`,
    code,
  })
})

it.each([
  ['EHOSTUNREACH', 'app.test:443 cannot be reached'],
  ['ENETUNREACH', 'app.test:443 cannot be reached'],
  ['EAI_AGAIN', 'the name app.test could not be looked up'],
])('says of %s: %s', (code, error) => {
  expect(failureOutcome(failed(code, 'x'), HOOKS, 5_000)).toEqual({ kind: 'connection-failed', error, code })
})

it.each(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])('says of %s how long it waited', (code) => {
  expect(failureOutcome(failed(code, 'x'), HOOKS, 5_000)).toEqual({
    kind: 'timed-out',
    error: 'no connection to app.test:443 within 5s',
  })
})

it('looks into an error of several addresses', () => {
  const error = new AggregateError([failed('EHOSTUNREACH', 'x'), failed('ECONNREFUSED', 'y')])
  expect(failureOutcome(error, HOOKS, 5_000)).toMatchObject({ code: 'EHOSTUNREACH' })
})
