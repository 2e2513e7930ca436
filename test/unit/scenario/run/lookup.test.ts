import { describe, expect, it } from 'vitest'
import type { Json } from '../../../../src/core/json.ts'
import { fillReferences } from '../../../../src/scenario/references.ts'
import { createLookup, createVariables } from '../../../../src/scenario/run/variables.ts'

const BUILT_INS = {
  receiverUrl: 'http://127.0.0.1:3000/hooks?a=1',
  origin: 'http://127.0.0.1:4010',
  folder: '/srv/scenarios',
  urls: { tsanet: 'http://127.0.0.1:4010/tsanet' },
  env: { HOME: '/srv/me', GONE: undefined },
}

function lookup(vars: Readonly<Record<string, Json>> = {}) {
  const variables = createVariables(vars)
  return { variables, of: createLookup(variables, () => BUILT_INS) }
}

describe('createLookup', () => {
  it.each([
    ['$receiver', 'http://127.0.0.1:3000/hooks?a=1'],
    ['$receiver.origin', 'http://127.0.0.1:3000'],
    ['$receiver.host', '127.0.0.1:3000'],
    ['$receiver.port', '3000'],
    ['$receiver.path', '/hooks?a=1'],
    ['$mock', 'http://127.0.0.1:4010'],
    ['$mock.tsanet', 'http://127.0.0.1:4010/tsanet'],
    ['$env.HOME', '/srv/me'],
    ['$here/../x', '/srv/scenarios/../x'],
  ])('%s is %s', (text, value) => {
    expect(fillReferences(text, lookup().of)).toBe(value)
  })

  it('fills in the references of variables, of one to another, and of a value with parts', () => {
    const { of } = lookup({
      folder: '$here/clients',
      client: '$folder/a.mjs',
      price: '$$5',
      deep: [{ a: '$client' }],
    })
    expect(fillReferences(['$client', '$price', '$deep', '$client'], of)).toEqual([
      '/srv/scenarios/clients/a.mjs',
      '$5',
      [{ a: '/srv/scenarios/clients/a.mjs' }],
      '/srv/scenarios/clients/a.mjs',
    ])
  })

  it('leaves what happened as it is, also under the name of a variable', () => {
    const { variables, of } = lookup({ note: '$here' })
    variables.values.set('body', { text: '$here' })
    variables.values.set('note', '$here and $nobody')
    expect(fillReferences(['$body.text', '$note'], of)).toEqual(['$here', '$here and $nobody'])
  })

  it('ends, where variables lead in a circle', () => {
    const { of } = lookup({ a: '$b', b: '$a' })
    expect(fillReferences('$a', of)).toMatch(/^\$[ab]$/)
  })

  it.each(['$env.GONE', '$mock.beel', '$secret.app', '$nobody', '$constructor'])('%s is nothing', (text) => {
    expect(() => fillReferences(text, lookup().of)).toThrow(/^Failed to read \$/)
  })
})
