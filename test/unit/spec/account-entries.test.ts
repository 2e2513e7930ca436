import { describe, expect, it } from 'vitest'
import { acme, complaintsAbout } from './acme-document.ts'

const CASES: readonly (readonly [what: string, accounts: string, complaints: readonly string[]])[] = [
  [
    'accounts that cannot be told apart, or are unknown to the document',
    `[{"name":"a","credentials":{"Authorization":"Bearer "}},\n{"name":"a","credentials":{"Autorization":"x"},"scopes":["hooks:reed"]}]`,
    [
      'accounts.json:1:29 #/0/credentials/Authorization: Failed to load the accounts: the credential must be "Bearer " and something after it.',
      'accounts.json:2:2 #/1/name: Failed to load the accounts: the name "a" is used twice.',
      'accounts.json:2:28 #/1/credentials/Autorization: Failed to load the accounts: no security scheme of the document reads the header "Autorization". Did you mean "Authorization"?',
      'accounts.json:2:58 #/1/scopes/0: Failed to load the accounts: no operation asks for the scope "hooks:reed". Did you mean "hooks:read"?',
    ],
  ],
  [
    'events that the document does not have',
    `[{"name":"a","credentials":{"Authorization":"Bearer a"},"events":["note.creatd"]}]`,
    [
      'accounts.json:1:67 #/0/events/0: Failed to load the accounts: there is no webhook "note.creatd". Did you mean "note.created"?',
    ],
  ],
  [
    'the same credentials twice',
    `[{"name":"a","credentials":{"Authorization":"Bearer a"}},\n{"name":"b","credentials":{"Authorization":"Bearer a"}}]`,
    [
      'accounts.json:2:13 #/1/credentials: Failed to load the accounts: another account has the same credentials.',
    ],
  ],
  [
    'unknown and missing fields',
    '[{"nam":"A","credentials":{"Authorization":5}}]',
    [
      'accounts.json:1:2 #/0: Failed to load the accounts: it lacks the field "name".',
      'accounts.json:1:3 #/0/nam: Failed to load the accounts: "nam" is no known field here. Did you mean "name"?',
      'accounts.json:1:28 #/0/credentials/Authorization: Failed to load the accounts: 5 is not a string.',
    ],
  ],
  [
    'no account',
    '[]',
    ['accounts.json:1:1: Failed to load the accounts: [] is not a non-empty array of objects.'],
  ],
  ['no list', '{}', ['accounts.json: Failed to load the accounts: it is not an array.']],
  [
    'no JSON',
    '[{]',
    [
      'accounts.json:1:3: Failed to load the accounts: flow map in block collection must be sufficiently indented and end with a }.',
      'accounts.json:1:3: Failed to load the accounts: flow sequence must end with a ].',
    ],
  ],
]

describe('an accounts file', () => {
  it('that is sound has no problems', async () => {
    expect(await complaintsAbout(acme())).toEqual([])
  })

  it.each(CASES)('with %s', async (_, accounts, complaints) => {
    expect(await complaintsAbout(acme(), accounts)).toEqual(complaints)
  })
})
