import { createRequire } from 'node:module'
import type { Ajv2020, CodeKeywordDefinition, KeywordCxt } from 'ajv/dist/2020.js'
import { isJsonObject, type Json } from '../core/json.ts'

/** Most errors about one value: a client that sends a million wrong items learns nothing from the millionth. */
export const MAX_ERRORS = 100

/** Keywords whose validators go through as many items or members as the value has, and report each of them. */
const LOOPS = [
  'items',
  'additionalProperties',
  'patternProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
] as const

/**
 * Keeps the work of ajv's validators linear in the value, whatever the schema: with `allErrors`, one error object for
 * each wrong item takes more memory and time than the value itself, and `uniqueItems` compares each item with each.
 */
export function boundWork(ajv: Ajv2020): Ajv2020 {
  const require = createRequire(import.meta.url)
  const { _ } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
  const { default: names } =
    require('ajv/dist/compile/names.js') as typeof import('ajv/dist/compile/names.js')

  /** The generated loops end once they have found {@link MAX_ERRORS} errors. */
  function stopping(definition: CodeKeywordDefinition): CodeKeywordDefinition {
    const code = (cxt: KeywordCxt, ruleType?: string) => {
      const { gen } = cxt
      const { forIn, forRange } = gen
      // A loop belongs to the keyword; those in its body belong to the keywords of the subschema.
      const useOriginal = () => Object.assign(gen, { forIn, forRange })
      const stops = (body: (name: LoopName) => void) => {
        const before = gen.const('before', names.errors)
        return (name: LoopName) => {
          useOriginal()
          body(name)
          gen.if(_`${names.errors} - ${before} >= ${MAX_ERRORS}`, () => gen.break())
          useStopping()
        }
      }
      const useStopping = () => {
        gen.forIn = (name, value, body, kind) => forIn.call(gen, name, value, stops(body), kind)
        gen.forRange = (name, from, to, body, kind) => forRange.call(gen, name, from, to, stops(body), kind)
      }
      useStopping()
      definition.code(cxt, ruleType)
      useOriginal()
    }
    return { ...definition, code }
  }

  for (const keyword of LOOPS) {
    const definition = stopping(ajv.getKeyword(keyword) as CodeKeywordDefinition)
    ajv.removeKeyword(keyword).addKeyword(definition)
  }
  const uniqueItems = ajv.getKeyword('uniqueItems') as CodeKeywordDefinition
  return ajv.removeKeyword('uniqueItems').addKeyword({
    ...uniqueItems,
    $data: false,
    code(cxt) {
      const { gen, data, schema } = cxt
      if (schema !== true) return
      const find = gen.scopeValue('func', { ref: duplicateIn })
      const pair = gen.const('pair', _`${find}(${data})`)
      cxt.setParams({ i: _`${pair}[0]`, j: _`${pair}[1]` })
      cxt.fail(pair)
    },
  })
}

type LoopName = Parameters<Parameters<KeywordCxt['gen']['forIn']>[2]>[0]

/** Where the first item stands that was there before, and where that is. */
function duplicateIn(items: readonly Json[]): readonly [number, number] | undefined {
  const scalars = new Map<Json, number>()
  const others = new Map<Json, number>()
  for (const [j, item] of items.entries()) {
    const isScalar = typeof item !== 'object' || item === null
    const key = isScalar ? item : canonical(item)
    const places = isScalar ? scalars : others
    const i = places.get(key)
    if (i !== undefined) return [j, i]
    places.set(key, j)
  }
  return undefined
}

/** The same text for values that JSON Schema takes for equal. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`)
  return `{${members.join(',')}}`
}
