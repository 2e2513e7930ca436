import { describe, expect, it } from 'vitest'
import type { Json } from '../../../../src/core/json.ts'
import { createRandom } from '../../../../src/core/random.ts'
import { changePayload, rewritten } from '../../../../src/delivery/faults/mutations.ts'
import { piecesOf, planWire } from '../../../../src/delivery/faults/wire-plan.ts'
import { secretLike } from '../../../../src/signature/keys.ts'
import type { Schema } from '../../../../src/spec/provider.ts'
import { actionsOf } from './faults.ts'

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
    expect(rewritten(bytes(text))?.toString()).toBe(other)
    expect(JSON.parse(other)).toEqual(JSON.parse(text))
  })

  it('leaves alone what is no JSON', () => {
    expect(rewritten(bytes('a=1&b=2'))).toBeNull()
  })
})

describe('changePayload', () => {
  const SCHEMA: Schema = {
    type: 'object',
    properties: { kind: { type: 'string', 'x-mock-value': 'event.type' }, data: { type: 'object' } },
  }
  const change = (wanted: Json, text: string) => {
    const [action] = actionsOf(wanted)
    if (action === undefined) throw new Error('no action')
    return changePayload(action, { body: bytes(text), type: 'note.created' }, SCHEMA)
  }

  it('puts an unknown type where the document has it, and where it stands by its name', () => {
    const changed = change(
      'unknown-event-type',
      '{"kind":"NOTE","data":{"of":["note.created","note"]},"n":1}',
    )
    expect(changed?.type).toBe('hookproof.unknown')
    expect(changed?.body.toString()).toBe(
      '{"kind":"hookproof.unknown","data":{"of":["hookproof.unknown","note"]},"n":1}',
    )
  })

  it('adds fields, over those that are there', () => {
    expect(change({ 'extra-fields': { fields: { a: { c: 2 } } } }, '{"a":{"b":1}}')?.body.toString()).toBe(
      '{"a":{"b":1,"c":2}}',
    )
    expect(change('extra-fields', '[1]')?.body.toString()).toBe('[1]')
    expect(change('extra-fields', 'a=1')?.body.toString()).toBe('a=1')
  })

  it.each([
    ['{"a":1}', 64],
    ['{}', 64],
    ['{"a":1} ', 64],
    ['{"a":1}', 12],
    ['[1]', 20],
    ['{"é":"😀"}', 100],
  ])('pads %s to exactly %i bytes of JSON', (text, size) => {
    const body = change({ 'huge-body': `${size}b` }, text)?.body
    expect(body).toHaveLength(size)
    expect(JSON.parse(body?.toString() ?? '')).toMatchObject(JSON.parse(text))
  })

  it('does not make a body smaller', () => {
    expect(change({ 'huge-body': '2b' }, '{"a":1}')?.body.toString()).toBe('{"a":1}')
  })
})

describe('secretLike', () => {
  it.each(['whsec_ab12', 'wh_live_0123456789abcdef', 'S3cret!', '-', 'x', 'ffff'])('%s', (secret) => {
    const other = secretLike(secret, createRandom('1'))
    expect(other).not.toBe(secret)
    expect(
      other
        .replaceAll(/[a-z]/g, 'a')
        .replaceAll(/[A-Z]/g, 'A')
        .replaceAll(/\d/g, '0')
        .slice(0, secret.length),
    ).toBe(secret.replaceAll(/[a-z]/g, 'a').replaceAll(/[A-Z]/g, 'A').replaceAll(/\d/g, '0'))
    expect(other).toBe(secretLike(secret, createRandom('1')))
  })

  it('stays hexadecimal, and keeps what stands before the last underscore', () => {
    expect(secretLike('wh_live_0123456789abcdef', createRandom('2'))).toMatch(/^wh_live_[0-9a-f]{16}$/)
  })
})

describe('planWire', () => {
  it('is null where nothing is about the way', () => {
    expect(planWire(actionsOf('bad-signature', 'delay'))).toEqual({ plan: null, actions: [] })
  })

  it('joins what can be joined; of two that cannot, the first is taken', () => {
    const actions = actionsOf({ truncate: 0.2 }, 'reset-mid-body', { 'slow-body': '1s' }, { duplicate: 3 })
    expect(planWire(actions)).toEqual({
      plan: { dropped: false, cut: { how: 'end', at: 0.2 }, overMs: 1_000, copies: 3, at: 'in-turn' },
      actions: actions.filter(({ name }) => name !== 'reset-mid-body'),
    })
  })
})

describe('piecesOf', () => {
  const body = bytes('0123456789')
  const join = (cut: Parameters<typeof piecesOf>[1]['cut'], overMs = 0) => {
    const { pieces, promised, pauseMs } = piecesOf(body, { cut, overMs })
    return [Buffer.concat(pieces).toString(), promised, pieces.length, pauseMs]
  }

  it.each([
    [null, 0, ['0123456789', 10, 1, 0]],
    [null, 200, ['0123456789', 10, 5, 50]],
    [null, 9_000, ['0123456789', 10, 10, 1_000]],
    [{ how: 'end', at: 0.35 } as const, 0, ['012', 10, 1, 0]],
    [{ how: 'end', at: 0 } as const, 0, ['', 10, 0, 0]],
    // There is always more promised than comes.
    [{ how: 'end', at: 1 } as const, 0, ['0123456789', 11, 1, 0]],
    // A reset within the body comes before its last byte.
    [{ how: 'reset', at: 1 } as const, 0, ['012345678', 10, 1, 0]],
    [{ how: 'end', at: 0.5 } as const, 100, ['01234', 10, 3, 50]],
  ])('%o over %i ms', (cut, overMs, expected) => {
    expect(join(cut, overMs)).toEqual(expected)
  })

  it('promises something where there is no body', () => {
    expect(piecesOf(bytes(''), { cut: { how: 'end', at: 0.5 }, overMs: 100 })).toEqual({
      pieces: [],
      promised: 1,
      pauseMs: 0,
    })
  })
})
