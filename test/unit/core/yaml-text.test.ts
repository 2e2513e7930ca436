import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Json } from '../../../src/core/json.ts'
import { yamlText } from '../../../src/core/yaml-text.ts'

const VERSIONS = ['1.1', '1.2'] as const

/** Texts out of what YAML reads in its own way. */
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...'abyn01 :#-?|>&*!%@`\'"{}[],~=<\n\t\\/.eEx_') }),
  fc.constantFrom(
    'yes',
    'No',
    'null',
    '~',
    '2026-02-01',
    '0x1F',
    '1_000',
    '.inf',
    '12:30:45',
    '<<',
    '---',
    '...',
  ),
)
const values = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    texts,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(texts, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

describe('JSON as YAML', () => {
  it.each(VERSIONS)('is read as what it was by readers of YAML %s', (version) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(parse(yamlText(value), { version, logLevel: 'error' })).toEqual(value)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is written as people write it', () => {
    const value = {
      openapi: '3.1.0',
      info: { title: 'Acme: webhooks', version: '2026-02-01', description: 'One line.\n\nAnd another.\n' },
      tags: [{ name: 'Notes', description: "What's new" }, []],
      paths: { '/notes/{id}': {}, '/notes': { get: { summary: 'no', deprecated: false } } },
    }
    expect(yamlText(value)).toBe(`openapi: "3.1.0"
info:
  title: "Acme: webhooks"
  version: "2026-02-01"
  description: |
    One line.

    And another.
tags:
  - name: Notes
    description: What's new
  - []
paths:
  "/notes/{id}": {}
  /notes:
    get:
      summary: "no"
      deprecated: false
`)
  })
})
