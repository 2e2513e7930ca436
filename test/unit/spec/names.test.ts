import { describe, expect, it } from 'vitest'
import {
  findNamed,
  findOperation,
  type Named,
  nameHint,
  namesFor,
  operationNames,
  PROVIDER_AND_VALUE,
  splitId,
} from '../../../src/spec/names.ts'

const named = (id: string, variant?: string): Named => ({
  id,
  name: splitId(id).name,
  variant: variant ?? splitId(id).variant,
})
const SPRING = named('acme', 'spring')
const AUTUMN = named('acme@autumn')
const PLAIN = named('plain')

describe('a name', () => {
  it.each<[readonly Named[], string, Named | undefined]>([
    [[SPRING, AUTUMN, PLAIN], 'acme', SPRING],
    [[SPRING, AUTUMN, PLAIN], 'acme@spring', SPRING],
    [[SPRING, AUTUMN, PLAIN], 'acme@autumn', AUTUMN],
    [[SPRING, AUTUMN, PLAIN], 'plain', PLAIN],
    [[AUTUMN, PLAIN], 'acme', AUTUMN],
    [[AUTUMN, PLAIN], 'acme@spring', undefined],
    [[AUTUMN, named('acme@winter')], 'acme', undefined],
    [[SPRING], 'acme@autumn', undefined],
    [[SPRING], 'Acme', undefined],
    [[SPRING], '', undefined],
  ])('of %j: %s', (all, name, expected) => {
    expect(findNamed(all, name)).toBe(expected)
  })

  it.each<[readonly Named[], Named, readonly string[]]>([
    [[SPRING, AUTUMN], SPRING, ['acme', 'acme@spring']],
    [[SPRING, AUTUMN], AUTUMN, ['acme@autumn']],
    [[AUTUMN, PLAIN], AUTUMN, ['acme@autumn', 'acme']],
    [[AUTUMN, named('acme@winter')], AUTUMN, ['acme@autumn']],
    [[PLAIN], PLAIN, ['plain']],
  ])('among %j, of %j: %j', (all, one, expected) => {
    expect(namesFor(all, one)).toEqual(expected)
  })

  it.each([
    ['acme@sprng', 'Did you mean "acme@spring"? Known are: acme@spring, acme@autumn.'],
    ['acme@autum', 'Did you mean "acme@autumn"? Known are: acme@spring, acme@autumn.'],
    ['zebra', 'Known are: acme, acme@autumn, plain.'],
  ])('that nobody has is answered with the nearest, or the ids: %s', (word, hint) => {
    expect(nameHint([SPRING, AUTUMN, PLAIN], word)).toBe(hint)
  })

  it.each([
    ['acme=http://127.0.0.1:3000/?a=b', ['acme', 'http://127.0.0.1:3000/?a=b']],
    ['acme@autumn-2026.1=x', ['acme@autumn-2026.1', 'x']],
    ['http://127.0.0.1:3000/?a=b', undefined],
    ['http://me@host/?a=b', undefined],
    ['acme@=x', undefined],
    ['acme', undefined],
  ])('before a value: %s', (text, expected) => {
    expect(PROVIDER_AND_VALUE.exec(text)?.slice(1)).toEqual(expected)
  })
})

describe('an operation', () => {
  const operations = [
    { id: 'listHooks', mock: { alias: 'list' } },
    { id: 'list', mock: null },
    { id: 'read', mock: { alias: 'get' } },
  ]

  it.each([
    ['listHooks', 'listHooks'],
    ['get', 'read'],
    ['list', 'list'],
    ['find', undefined],
  ])('called %s is %s: an id counts before an alias', (name, id) => {
    expect(findOperation(operations, name)?.id).toBe(id)
    expect(operationNames(operations).get(name)).toBe(id)
  })
})
