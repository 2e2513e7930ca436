import { describe, expect, it } from 'vitest'
import { problem } from '../../../src/api/context.ts'
import { errorFacts, matchRows } from '../../../src/api/errors.ts'
import type { ErrorRow } from '../../../src/spec/vocabulary.ts'

const rows: readonly ErrorRow[] = [
  { when: 'parameter', at: 'query/size', do: 'clamp' },
  { when: 'schema', at: '/name', status: 400, message: 'name' },
  { when: 'schema', at: '/events/*', keyword: 'enum', status: 422, message: 'event' },
  { when: 'schema', accept: 'application/problem+json', status: 409, message: 'problem' },
  { when: ['schema', 'parameter'], status: 418, message: 'any' },
]
const schema = (place: string, keyword: string) =>
  problem('schema', { place, keyword, reason: `fails ${keyword}` })

describe('which error row speaks', () => {
  it.each([
    ['the first row that fits', [schema('/events/0', 'enum'), schema('/name', 'required')], '*/*', 'name'],
    ['a place with a step left open', [schema('/events/7', 'enum')], '*/*', 'event'],
    ['the keyword counts', [schema('/events/7', 'type')], '*/*', 'any'],
    ['the Accept counts', [schema('/x', 'type')], 'text/html, application/problem+json;q=0.9', 'problem'],
    ['the last resort', [schema('/x', 'type')], '*/*', 'any'],
  ])('%s', (_, problems, accept, message) => {
    expect(matchRows(rows, problems, accept).refused?.row?.message).toBe(message)
  })

  it('sets aside what is clamped', () => {
    const tooMany = problem('parameter', { place: 'query/size', keyword: 'maximum', limit: 100 })
    expect(matchRows(rows, [tooMany], '*/*')).toEqual({ refused: null, accepted: [], clamped: [tooMany] })
  })

  it('puts the problem that the row speaks of first', () => {
    const refused = matchRows(rows, [schema('/zip', 'type'), schema('/name', 'type')], '*/*').refused
    expect(refused?.problems.map(({ place }) => place)).toEqual(['/name', '/zip'])
  })
})

describe('the texts of an error row', () => {
  const request = { method: 'POST', path: '/hooks' }

  it('fills tokens in', () => {
    const row: ErrorRow = {
      when: 'schema',
      message: 'A valid "{field}" must be specified for {method} {path}.',
      code: 'X',
    }
    expect(errorFacts(row, 400, [schema('/webhook/events/0', 'enum')], request)).toEqual({
      status: 400,
      code: 'X',
      title: undefined,
      message: 'A valid "events" must be specified for POST /hooks.',
      details: undefined,
    })
  })

  it('lists every failing field', () => {
    const row: ErrorRow = { when: 'schema', details: 'fields', fieldText: 'Field {reason}' }
    const problems = [schema('/url', 'required'), schema('/events', 'minItems'), schema('/url', 'format')]
    expect(errorFacts(row, 422, problems, request).details).toEqual({
      url: 'Field fails required',
      events: 'Field fails minItems',
    })
  })

  it('keeps a list a list where the token stands alone', () => {
    const row: ErrorRow = { when: 'scope', details: { missing: '{scopes}', text: 'needs {scopes}' } }
    expect(errorFacts(row, 403, [problem('scope', { scopes: ['a', 'b'] })], request).details).toEqual({
      missing: ['a', 'b'],
      text: 'needs a, b',
    })
  })
})
