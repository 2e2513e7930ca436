import { isJsonObject, type JsonObject } from '../../../src/core/json.ts'
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

function rows(word: string, schema: JsonObject): readonly Row[] {
  const alternatives = [schema, ...((schema.anyOf as readonly JsonObject[] | undefined) ?? [])]
  const properties = alternatives.map((one) => one.properties).find(isJsonObject) ?? {}
  return Object.entries(properties).map(([member, one], i) => [
    i === 0 ? `\`${word}\`` : '',
    `\`${member}\``,
    String((one as JsonObject).description),
  ])
}
