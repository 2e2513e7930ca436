import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { shippedProviders } from '../../../src/spec/shipped.ts'
import { vocabularySchema } from '../../../src/spec/vocabulary-schema.ts'
import { ACME, acme } from './acme-document.ts'

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
const validate = ajv.compile(vocabularySchema())
const places = (text: string) => {
  validate(parse(text))
  return (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').map((error) => error.instancePath)
}

describe('vocabulary.schema.json over a whole document', () => {
  it('accepts a sound document and every shipped one', async () => {
    expect(places(ACME)).toEqual([])
    for (const { file } of shippedProviders()) expect(places(await readFile(file, 'utf8'))).toEqual([])
  })

  it.each([
    ['x-mock-signature:', 'x-mock-signatur:', '/x-mock-signatur'],
    ['action: delete', 'action: remove', '/paths/~1hooks~1{id}/delete/x-mock-operation/action'],
    [
      'x-mock-operation: { action: delete }',
      'x-mock-resource: {}',
      '/paths/~1hooks~1{id}/delete/x-mock-resource',
    ],
    [
      'x-mock-value: error.message',
      'x-mock-value: eror',
      '/components/responses/Error/content/application~1json/schema/properties/message/x-mock-value',
    ],
    [
      '    post:\n      summary',
      '    post:\n      x-mock-errors: []\n      summary',
      '/webhooks/note.created/post/x-mock-errors',
    ],
    ['schemas:\n', 'x-mock-value: now\n  schemas:\n', '/components/x-mock-value'],
  ])('finds what is wrong with %s → %s', (from, to, place) => {
    expect(places(acme([from, to]))).toEqual([place])
  })
})
