import type { Json, JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import { properties } from '../../spec/properties.ts'
import type { Provider, Schema } from '../../spec/provider.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'

/** Fields that the provider's webhooks have not, and event types that it has not in the field that chooses them. */
export function fieldProblems(
  provider: Provider,
  fields: JsonObject,
  at: string,
): readonly ScenarioProblem[] {
  const known = properties(createSchema(provider)).map(([name]) => name)
  const unknown = known.length === 0 ? [] : Object.keys(fields).filter((name) => !known.includes(name))
  return [
    ...unknown.map((name) =>
      scenarioProblem(
        `${at}/${name}`,
        `a webhook of ${provider.id} has no field "${name}"`,
        suggestion(name, known),
      ),
    ),
    ...eventTypeProblems(provider, fields, at),
  ]
}

function eventTypeProblems(
  { id, events, resource: { filter } }: Provider,
  fields: JsonObject,
  at: string,
): readonly ScenarioProblem[] {
  if (filter === undefined || filter.match !== 'type') return []
  const types = [...events.keys()]
  const chosen = fields[filter.field]
  const place = `${at}/${filter.field}`
  const named: readonly (readonly [Json, string])[] = Array.isArray(chosen)
    ? (chosen as readonly Json[]).map((one, i) => [one, `${place}/${i}`] as const)
    : []
  return named.flatMap(([one, pointer]) =>
    typeof one !== 'string' || one.includes('$') || types.includes(one)
      ? []
      : [scenarioProblem(pointer, `${id} has no event "${one}"`, suggestion(one, types))],
  )
}

/** Of the body of the operation that makes webhooks. */
function createSchema({ operations }: Provider): Schema {
  const create = operations.find(({ mock }) => mock?.action === 'create')
  const body = create?.body?.contents[0]?.schema ?? {}
  const wrapper = create?.mock?.input
  return wrapper === undefined ? body : (properties(body).find(([name]) => name === wrapper)?.[1] ?? {})
}
