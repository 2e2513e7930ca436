import { describe, expect, it } from 'vitest'
import type { RenderContext } from '../../../src/api/context.ts'
import { renderer } from '../../../src/api/render.ts'
import type { JsonObject } from '../../../src/core/json.ts'

const context: RenderContext = { now: 0, requestId: 'req-1', requestPath: '/a' }

function render(schema: JsonObject, value: unknown, more: Partial<RenderContext> = {}) {
  return renderer(schema)({ ...context, ...more }, value as never)
}

const webhook: JsonObject = {
  type: 'object',
  required: ['id', 'note'],
  properties: {
    id: { type: 'string' },
    note: { type: ['string', 'null'] },
    description: { type: 'string' },
    token: { const: 'redacted' },
  },
}

describe('rendering by the response schema', () => {
  it('shows what the schema names and nothing else', () => {
    expect(render(webhook, { id: '1', secret: 'whsec', token: 'real' })).toEqual({
      id: '1',
      note: null,
      token: 'redacted',
    })
  })

  it('leaves out what is null where the schema lets it be absent, but not null', () => {
    expect(render(webhook, { id: '1', note: null, description: null })).toEqual({
      id: '1',
      note: null,
      token: 'redacted',
    })
  })

  it('fills an envelope around a result', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: {
        success: { const: true },
        data: { 'x-mock-value': 'result', type: 'array', items: webhook },
        meta: { type: 'object', properties: { at: { 'x-mock-value': { from: 'now', precision: 's' } } } },
        error: { const: null },
      },
    }
    const result = [{ id: '1', note: 'n' }]
    expect(render(schema, result, { result })).toEqual({
      success: true,
      data: [{ id: '1', note: 'n', token: 'redacted' }],
      meta: { at: '1970-01-01T00:00:00Z' },
      error: null,
    })
  })

  it('never shows a list in the place of its envelope', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: {
        data: {
          type: 'object',
          properties: { webhooks: { 'x-mock-value': 'result', type: 'array', items: webhook } },
        },
      },
    }
    const result = [{ id: '1', note: 'n', secret: 'whsec' }]
    expect(render(schema, result, { result })).toEqual({
      data: { webhooks: [{ id: '1', note: 'n', token: 'redacted' }] },
    })
  })

  it('omits an optional source that has nothing to say, and keeps a list of strings', () => {
    const schema: JsonObject = {
      properties: {
        details: { 'x-mock-value': 'error.details' },
        list: { type: 'array', items: { type: 'string' } },
      },
    }
    expect(render(schema, { list: ['a', 'b'] })).toEqual({ list: ['a', 'b'] })
  })

  it('renders a list by the alternative that has room for one, and a single result by the other', () => {
    const list: JsonObject = {
      type: 'object',
      properties: {
        kind: { const: 'list' },
        items: { type: 'array', items: webhook, 'x-mock-value': 'result' },
      },
    }
    const one = { id: '1', note: 'n' }
    const shown = { ...one, token: 'redacted' }
    for (const oneOf of [
      [webhook, list],
      [list, webhook],
    ]) {
      expect(render({ oneOf }, [one], { result: [one] })).toEqual({ kind: 'list', items: [shown] })
      expect(render({ oneOf }, [], { result: [] })).toEqual({ kind: 'list', items: [] })
      expect(render({ oneOf }, one, { result: one })).toEqual(shown)
      const example = { kind: 'list', items: [one] }
      expect(render({ oneOf: oneOf.map((choice) => ({ required: ['kind'], ...choice })) }, example)).toEqual({
        kind: 'list',
      })
    }
  })

  it('writes a value as JSON text', () => {
    const schema: JsonObject = {
      properties: { text: { 'x-mock-value': { from: 'request.id', as: 'json-string' } } },
    }
    expect(render(schema, {})).toEqual({ text: '"req-1"' })
  })

  it.each([
    [1, 20, 0, { pages: 1, next: false, previous: false }],
    [1, 20, 21, { pages: 2, next: true, previous: false }],
    [2, 20, 21, { pages: 2, next: false, previous: true }],
  ])('counts pages: page %d of size %d over %d', (number, size, total, expected) => {
    const schema: JsonObject = {
      properties: {
        pages: { 'x-mock-value': 'page.pages' },
        next: { 'x-mock-value': 'page.has-next' },
        previous: { 'x-mock-value': 'page.has-previous' },
      },
    }
    expect(render(schema, [], { page: { number, size, total, base: 1 } })).toEqual(expected)
  })
})
