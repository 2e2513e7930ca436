import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadProvider } from '../../../src/spec/load.ts'
import { acme, complaintsAbout, writeAcme } from './acme-document.ts'

const SCHEME = 'token: { type: http, scheme: bearer }'
const scopes = ['hooks:read', 'hooks:write']
const accountsOf = async (text: string, accounts?: string) =>
  (await loadProvider(await writeAcme(text, accounts))).accounts

describe('accounts', () => {
  it('are those of the fixture file, with all scopes unless they name theirs', async () => {
    const file = `[
      {"name":"default","credentials":{"authorization":"Bearer one"}},
      {"name":"reader","credentials":{"Authorization":"Bearer two"},"scopes":["hooks:read"]}
    ]`
    expect(await accountsOf(acme(), file)).toEqual([
      {
        provider: 'acme',
        name: 'default',
        credentials: { authorization: 'Bearer one' },
        scopes,
        environment: null,
      },
      {
        provider: 'acme',
        name: 'reader',
        credentials: { Authorization: 'Bearer two' },
        scopes: ['hooks:read'],
        environment: null,
      },
    ])
  })

  it.each([
    [SCHEME, { Authorization: 'Bearer acme_test' }, { Authorization: 'Bearer acme_test_other' }],
    [
      'token: { type: http, scheme: Basic }',
      { Authorization: 'Basic YWNtZV90ZXN0OnNlY3JldA==' },
      { Authorization: 'Basic YWNtZV90ZXN0X290aGVyOnNlY3JldA==' },
    ],
    [
      'token: { type: apiKey, in: header, name: X-API-Key }',
      { 'X-API-Key': 'test_key' },
      { 'X-API-Key': 'test_key_other' },
    ],
    [
      `token: { type: oauth2, flows: {} }, unused: { type: apiKey, in: header, name: X-Unused }`,
      { Authorization: 'Bearer acme_test' },
      { Authorization: 'Bearer acme_test_other' },
    ],
  ])('are made from the id where there is no file: %s', async (scheme, first, other) => {
    expect(await accountsOf(acme([SCHEME, scheme]))).toEqual([
      { provider: 'acme', name: 'default', credentials: first, scopes, environment: null },
      { provider: 'acme', name: 'other', credentials: other, scopes, environment: null },
    ])
  })

  it('carry every header that is asked for at once, and no scopes where there are none', async () => {
    const text = acme(
      [
        SCHEME,
        'key: { type: apiKey, in: header, name: X-API-Key }, secret: { type: apiKey, in: header, name: X-API-Secret }',
      ],
      ['security: [{ token: [hooks:read] }]\n', 'security: [{ key: [], secret: [] }]\n'],
      ['security: [{ token: [hooks:write] }]', 'summary: makes one'],
    )
    expect((await accountsOf(text))[0]).toEqual({
      provider: 'acme',
      name: 'default',
      credentials: { 'X-API-Key': 'test_key', 'X-API-Secret': 'test_secret' },
      scopes: null,
      environment: null,
    })
  })
})

describe('the accounts that variants share', () => {
  const OTHER = acme(
    ['id: acme,', 'id: acme@new,'],
    ['security: [{ token: [hooks:read] }]\n', 'security: [{ token: [hooks:watch] }]\n'],
    ['  note.created:\n', '  note.moved:\n'],
    ['timeout: 3s', 'environments: { test: {}, live: {} }'],
  )
  const account = (more: string) =>
    `[{"name":"default","credentials":{"Authorization":"Bearer a"},"environment":"live",${more}}]`
  const both = async (accounts: string, other = OTHER) => {
    const file = await writeAcme(acme(['timeout: 3s', 'environments: { sandbox: {} }']), accounts)
    const another = join(dirname(file), 'acme@new.yaml')
    await writeFile(another, other)
    return [await loadProvider(file), await loadProvider(another)].map((one) => one.accounts[0])
  }

  it('have in each of them what it knows', async () => {
    const shared = account('"scopes":["hooks:watch","hooks:write"],"events":["note.created","note.moved"]')
    expect(await both(shared)).toMatchObject([
      { scopes: ['hooks:write'], events: ['note.created'], environment: 'sandbox' },
      { scopes: ['hooks:watch', 'hooks:write'], events: ['note.moved'], environment: 'live' },
    ])
  })

  it('have nothing that none of them knows', async () => {
    await expect(both(account('"scopes":["hooks:wach"]'))).rejects.toThrow(
      'no operation asks for the scope "hooks:wach". Did you mean "hooks:watch"?',
    )
    await expect(both(account('"scopes":["hooks:watch"]'), 'no: [document')).rejects.toThrow(
      'no operation asks for the scope "hooks:watch".',
    )
  })
})

describe('the environments of accounts', () => {
  const ENVIRONMENTS = ['timeout: 3s', 'environments: { sandbox: {}, live: { timeout: 1s } }'] as const
  const one = (name: string, environment = '') =>
    `{"name":"${name}","credentials":{"authorization":"Bearer ${name}"}${environment && `,"environment":"${environment}"`}}`
  const environmentsOf = async (text: string, accounts?: string) =>
    (await accountsOf(text, accounts)).map(({ environment }) => environment)

  it('are the first one unless an account names another', async () => {
    expect(await environmentsOf(acme(ENVIRONMENTS), `[${one('a')}, ${one('b', 'live')}]`)).toEqual([
      'sandbox',
      'live',
    ])
    expect(await environmentsOf(acme(ENVIRONMENTS))).toEqual(['sandbox', 'sandbox'])
  })

  it('count for nothing where the document has none', async () => {
    expect(await environmentsOf(acme(), `[${one('a')}, ${one('b', 'live')}]`)).toEqual([null, null])
  })

  it('have to be known', async () => {
    expect(await complaintsAbout(acme(ENVIRONMENTS), `[${one('a', 'lve')}]`)).toEqual([
      'accounts.json:1:57 #/0/environment: Failed to load the accounts: there is no environment "lve". Did you mean "live"?',
    ])
  })
})
