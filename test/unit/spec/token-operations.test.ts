import { describe, expect, it } from 'vitest'
import { loadProvider } from '../../../src/spec/load.ts'
import { OAUTH_ACCOUNTS, OAUTH_ACME } from '../../support/oauth.ts'
import { ACME, complaintsAbout, writeAcme } from './acme-document.ts'

const complaints = async (...args: Parameters<typeof complaintsAbout>) =>
  (await complaintsAbout(...args)).map((text) => text.replace(/^.*?#(\S+): Failed to load [^:]+: /, '$1: '))

const written = (from: string, to: string) => OAUTH_ACME.replace(from, () => to)

const AT = '/paths/~1oauth~1token/post/x-mock-operation'

describe('an operation that issues tokens', () => {
  it('has no problems, and is none of the ways in which others authenticate', async () => {
    expect(await complaints(OAUTH_ACME, OAUTH_ACCOUNTS)).toEqual([])
    const { accounts } = await loadProvider(await writeAcme(OAUTH_ACME))
    expect(accounts.map(({ credentials, login }) => ({ credentials, login }))).toEqual([
      {
        credentials: { Authorization: 'Bearer acme_test' },
        login: { client_id: 'test_client_id', client_secret: 'test_client_secret' },
      },
      {
        credentials: { Authorization: 'Bearer acme_test_other' },
        login: { client_id: 'test_client_id_other', client_secret: 'test_client_secret_other' },
      },
    ])
  })

  it.each([
    [
      'login: [client_id, client_secret]',
      'login: [client_id, secret]',
      '/token/login/1',
      'reads "secret", which the request body does not have.',
    ],
    [
      'scope: scope,',
      'scope: scopes,',
      '/token/scope',
      'reads "scopes", which the request body does not have.',
    ],
    [
      'action: issue-token\n        token:',
      'action: issue-token\n        idempotency: { header: K, keep: 1h }\n        token:',
      '/idempotency',
      'has no "idempotency". Only list, create',
    ],
    [
      / {8}token: \{ login.*\n/.exec(OAUTH_ACME)?.[0] ?? '',
      '',
      '',
      'needs "token", which says what it compares.',
    ],
  ])('needs what it reads: %s', async (from, to, place, said) => {
    const [first, ...others] = await complaints(written(from, to), OAUTH_ACCOUNTS)
    expect(first).toContain(`${AT}${place}: the action issue-token ${said}`)
    expect(others).toEqual([])
  })

  it('leaves "token" to itself', async () => {
    const token = 'x-mock-operation: { action: delete, token: { login: [a], expires: 1h } }'
    expect(await complaints(written('x-mock-operation: { action: delete }', token))).toEqual([
      '/paths/~1hooks~1{id}/delete/x-mock-operation/token: the action delete has no "token". Only issue-token has.',
    ])
  })
})

describe('logins', () => {
  const accounts = (...logins: readonly object[]) =>
    JSON.stringify(
      logins.map((login, i) => ({ name: `a${i}`, credentials: { Authorization: `Bearer ${i}` }, login })),
    )

  it('differ, and have fields that an operation compares', async () => {
    const login = { client_id: 'a', client_secret: 'b' }
    expect(await complaints(OAUTH_ACME, accounts(login, login, { client_idd: 'c' }))).toEqual([
      '/1/login: another account has the same login.',
      '/2/login/client_idd: no operation that issues tokens compares a field "client_idd". Did you mean "client_id"?',
    ])
  })

  it('may be there for another variant of the provider, which issues tokens', async () => {
    expect(await complaints(ACME, accounts({ client_id: 'a' }))).toEqual([])
  })
})
