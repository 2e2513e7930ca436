import { isJsonObject, type JsonObject } from '../../../src/core/json.ts'
import { FAULTS, type Plane } from '../../../src/fault/catalogue.ts'
import type { FaultDefinition } from '../../../src/fault/definition.ts'
import { EXPECTATION_FORMS, STEP_FORMS } from '../../../src/scenario/file/steps.ts'

type Row = readonly [word: string, member: string, says: string]

/** What can be said within each step, as the documentation has it. */
export function stepMembers(): readonly Row[] {
  return Object.entries(STEP_FORMS)
    .filter(([word]) => !['expect', 'wait', 'fault'].includes(word))
    .flatMap(([word, { schema }]) => rows(word, schema))
}

/** What can be said within each expectation. */
export function expectationMembers(): readonly Row[] {
  return Object.entries(EXPECTATION_FORMS).flatMap(([word, { schema }]) => rows(word, schema))
}

/** Every fault of a plane: its name, what it does, and its parameters with their defaults. */
export function faultRows(plane: Plane): readonly Row[] {
  return Object.entries<FaultDefinition>(FAULTS[plane]).map(([name, { about, parameters }]) => [
    `\`${name}\``,
    about,
    Object.entries(parameters)
      .map(([key, one]) => `\`${key}\`: ${one.about} (${one.defaultText})`)
      .join('; '),
  ])
}

function rows(word: string, schema: JsonObject): readonly Row[] {
  const alternatives = [schema, ...((schema.anyOf as readonly JsonObject[] | undefined) ?? [])]
  const properties = alternatives.map((one) => one.properties).find(isJsonObject) ?? {}
  return Object.entries(properties).map(([member, one], i) => [
    i === 0 ? `\`${word}\`` : '',
    `\`${member}\``,
    String((one as JsonObject).description),
  ])
}
