import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import { rewritten } from '../../../src/fault/change-body.ts'
import { deliveryFaults } from '../../../src/fault/delivery-catalogue.ts'
import { actionsOf } from '../delivery/faults/faults.ts'

const bytes = (text: string) => Buffer.from(text)

describe('rewritten', () => {
  it.each([
    ['{"a":1,"b":[1,2]}', '{"a": 1, "b": [1, 2]}'],
    ['{"a": 1, "b": [1, 2]}', '{"a":1,"b":[1,2]}'],
    ['{ "a":1}', '{"a": 1}'],
    ['{"a":"x, y: \\" , z"}', '{"a": "x, y: \\" , z"}'],
    ['{"n":12345678901234567890.10}', '{"n": 12345678901234567890.10}'],
    ['[]', '[]\n'],
    ['7', '7\n'],
    ['{"é":"😀\\u00e9"}', '{"é": "😀\\u00e9"}'],
  ])('%s is the same as %s', (text, other) => {
    expect(rewritten(bytes(text)).toString()).toBe(other)
    expect(JSON.parse(other)).toEqual(JSON.parse(text))
  })

  it('leaves alone what is no JSON', () => {
    expect(rewritten(bytes('a=1&b=2')).toString()).toBe('a=1&b=2')
  })
})

describe('faults of the payload', () => {
  const change = (wanted: Json, text: string) => {
    const [action] = actionsOf(wanted)
    const fault = action === undefined ? undefined : deliveryFaults[action.name]
    if (action === undefined || fault?.phase !== 'payload') throw new Error('not a fault of the payload')
    return fault.apply(action, { body: bytes(text), type: 'note.created', typePaths: [['kind']] })
  }

  it('puts an unknown type where the document has it, and where it stands by its name', () => {
    const changed = change(
      'unknown-event-type',
      '{"kind":"NOTE","data":{"of":["note.created","note"]},"n":1}',
    )
    expect(changed.type).toBe('unknown.event')
    expect(changed.body.toString()).toBe(
      '{"kind":"unknown.event","data":{"of":["unknown.event","note"]},"n":1}',
    )
  })

  it('adds fields, over those that are there', () => {
    expect(change({ 'extra-fields': { fields: { a: { c: 2 } } } }, '{"a":{"b":1}}').body.toString()).toBe(
      '{"a":{"b":1,"c":2}}',
    )
    expect(change('extra-fields', '[1]').body.toString()).toBe('[1]')
    expect(change('extra-fields', 'a=1').body.toString()).toBe('a=1')
  })

  it.each([
    ['{"a":1}', 64],
    ['{}', 64],
    ['{"a":1} ', 64],
    ['{"a":1}', 12],
    ['[1]', 20],
    ['{"é":"😀"}', 100],
  ])('pads %s to exactly %i bytes of JSON', (text, size) => {
    const body = change({ 'huge-body': `${size}b` }, text).body
    expect(body).toHaveLength(size)
    expect(JSON.parse(body.toString())).toMatchObject(JSON.parse(text))
  })

  it('does not make a body smaller', () => {
    expect(change({ 'huge-body': '2b' }, '{"a":1}').body.toString()).toBe('{"a":1}')
  })
})
