import type { ErrorObject } from 'ajv/dist/2020.js'
import type { JsonObject } from '../../core/json.ts'
import { nearest } from '../../core/nearest.ts'
import { listed, wantedBy } from './plain-error.ts'

/**
 * Of the errors about alternatives (`anyOf`), those about the one that was meant. Without it, a mistake within one
 * alternative is told together with why all the others do not fit either.
 */
export function sharpest(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  // ajv tells an anyOf after its alternatives, and an outer one after an inner one.
  const [choice, ...outer] = errors.filter(({ keyword }) => keyword === 'anyOf')
  if (choice === undefined) return errors
  const inner = errors.filter(
    (error) => error.schemaPath.startsWith(`${choice.schemaPath}/`) && isAt(error, choice),
  )
  const told = meant(choice, inner)
  const left = errors.flatMap((error) => (error === choice ? told : inner.includes(error) ? [] : [error]))
  return outer.length === 0 ? left : sharpest(left)
}

function isAt({ instancePath }: ErrorObject, choice: ErrorObject): boolean {
  return instancePath === choice.instancePath || instancePath.startsWith(`${choice.instancePath}/`)
}

/** Said of the value itself: the alternative is for something else. */
const OTHER_KIND = new Set(['type', 'enum', 'const', 'pattern'])

function meant(choice: ErrorObject, inner: readonly ErrorObject[]): readonly ErrorObject[] {
  const alternatives = alternativesOf(choice).map((_, i) =>
    inner.filter(({ schemaPath }) => schemaPath.startsWith(`${choice.schemaPath}/${i}/`)),
  )
  const fitting = alternatives.filter((list) =>
    list.every((error) => error.instancePath !== choice.instancePath || !OTHER_KIND.has(error.keyword)),
  )
  // A member that an alternative does not know speaks against it more than a wrong value of one that it knows.
  const distance = (list: readonly ErrorObject[]) =>
    list.length + 100 * list.filter(({ instancePath }) => instancePath === choice.instancePath).length
  const best = fitting.toSorted((a, b) => distance(a) - distance(b))[0]
  if (best !== undefined) return best
  const word = inner.find((error) => error.instancePath === choice.instancePath && isMisspelt(error))
  return [word ?? noneOf(choice)]
}

function isMisspelt({ keyword, params, data }: ErrorObject): boolean {
  if (keyword !== 'enum' || typeof data !== 'string') return false
  return nearest(data, (params.allowedValues as readonly unknown[]).map(String)) !== undefined
}

/** One error for all of them; its title names what would do. */
function noneOf(choice: ErrorObject): ErrorObject {
  const wanted = [...new Set(alternativesOf(choice).flatMap(wantedBy))]
  const parentSchema = { ...choice.parentSchema, title: listed(wanted) }
  return { ...choice, keyword: 'type', parentSchema }
}

function alternativesOf({ schema }: ErrorObject): readonly JsonObject[] {
  return Array.isArray(schema) ? schema : []
}
