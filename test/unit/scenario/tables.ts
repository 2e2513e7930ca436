import { stringify } from 'yaml'
import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts'
import { FAULTS, type Plane } from '../../../src/fault/catalogue.ts'
import type { FaultDefinition } from '../../../src/fault/definition.ts'
import { EXPECTATIONS } from '../../../src/scenario/expectations/index.ts'
import { STEP_KINDS, stepDefinition } from '../../../src/scenario/steps/index.ts'

/** Rows of cells in Markdown. */
export type Table = readonly (readonly string[])[]

export function stepRows(): Table {
  return STEP_KINDS.map((kind) => {
    const { about, example } = stepDefinition(kind)
    return [code(kind), about, code(example === null ? `- ${kind}` : `- ${kind}: ${flow(example)}`)]
  })
}

/** Of `expect` and `wait` the expectations are, and of `fault` the faults are described in tables of their own. */
export function stepMembers(): Table {
  return STEP_KINDS.filter((kind) => !['expect', 'wait', 'fault'].includes(kind)).flatMap((kind) =>
    memberRows(kind, stepDefinition(kind).schema),
  )
}

export function expectationRows(): Table {
  return Object.entries(EXPECTATIONS).map(([name, { about, schema }]) => [
    code(name),
    about,
    Object.keys(members(schema)).map(code).join(', '),
  ])
}

export function expectationMembers(): Table {
  return Object.entries(EXPECTATIONS).flatMap(([name, { schema }]) => memberRows(name, schema))
}

/** Every fault of a plane: its name, what it does, and its parameters with their defaults. */
export function faultRows(plane: Plane): Table {
  return Object.entries<FaultDefinition>(FAULTS[plane]).map(([name, { about, parameters }]) => [
    code(name),
    about,
    Object.entries(parameters)
      .map(([key, one]) => `${code(key)}: ${one.about} (${one.defaultText})`)
      .join('; '),
  ])
}

function memberRows(name: string, schema: JsonObject): Table {
  return Object.entries(members(schema)).map(([member, one], i) => [
    i === 0 ? code(name) : '',
    code(member),
    String((one as JsonObject).description),
  ])
}

function members(schema: JsonObject): JsonObject {
  const alternatives = [schema, ...((schema.anyOf as readonly JsonObject[] | undefined) ?? [])]
  return alternatives.map((one) => one.properties).find(isJsonObject) ?? {}
}

function code(text: string): string {
  return `\`${text}\``
}

function flow(value: Json): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim()
}
