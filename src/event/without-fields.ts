import { MockError } from '../core/errors.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import { withoutAt } from '../core/merge.ts'
import { suggestion } from '../core/nearest.ts'

/**
 * A body without some of its fields. One that it does not have is a slip: what is sent would be whole.
 *
 * @throws MockError UNKNOWN_FIELD with the nearest field at that place
 */
export function withoutFields(type: string, body: Json, places: readonly (readonly string[])[]): Json {
  return places.reduce<Json>((rest, steps) => {
    let here: Json | undefined = rest
    for (const step of steps) {
      const known: readonly string[] = isJsonObject(here) ? Object.keys(here) : []
      if (!known.includes(step)) throw unknownField(type, steps, step, known)
      here = isJsonObject(here) ? here[step] : undefined
    }
    return withoutAt(rest, steps)
  }, body)
}

function unknownField(
  type: string,
  steps: readonly string[],
  step: string,
  known: readonly string[],
): MockError {
  const text = `Failed to leave out "${steps.join('.')}": the body of ${type} has no such field.`
  return new MockError('input', 'UNKNOWN_FIELD', text, {
    ...(known.length > 0 && { hint: suggestion(step, known) }),
  })
}
