import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isJsonObject, type Json, merge } from '../../../src/core/json.ts'

const value = fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<Json>
const object = fc.dictionary(
  fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor'), fc.string()),
  value,
)
const json = fc.oneof(object, value).map((one) => JSON.parse(JSON.stringify(one)) as Json)

/** `MergePatch` of RFC 7396, section 2, word by word, without the line that removes what is null. */
function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const result = Object.create(null) as Record<string, Json>
  if (isJsonObject(target)) for (const name of Object.keys(target)) result[name] = target[name] as Json
  for (const name of Object.keys(patch)) result[name] = mergePatch(result[name], patch[name] as Json)
  return result
}

const text = (value: Json) => JSON.stringify(value)

it('merges as RFC 7396 says, but keeps null', () =>
  fc.assert(
    fc.property(json, json, (base, patch) => {
      expect(text(merge(base, patch))).toBe(text(mergePatch(base, patch)))
    }),
  ))

it('changes neither of the two', () =>
  fc.assert(
    fc.property(json, json, (base, patch) => {
      const before = [text(base), text(patch)]
      merge(base, patch)
      expect([text(base), text(patch)]).toEqual(before)
    }),
  ))

it('comes to the same when it is done twice', () =>
  fc.assert(
    fc.property(json, json, (base, patch) => {
      const once = merge(base, patch)
      expect(text(merge(once, patch))).toBe(text(once))
    }),
  ))
