import { isJsonObject, type Json } from '../core/json.ts'
import type { Schema } from '../spec/provider.ts'

type Flag = 'readOnly' | 'writeOnly'

const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const
const SINGLES = ['items', 'additionalProperties', 'if', 'then', 'else', 'not'] as const

/** The schema without the properties that the flag bars, required or not; the same object when there are none. */
export function withoutProperties(schema: Schema, flag: Flag): Schema {
  return new Stripper(flag).strip(schema) as Schema
}

class Stripper {
  readonly #flag: Flag
  readonly #seen = new Map<Schema, Schema>()

  constructor(flag: Flag) {
    this.#flag = flag
  }

  strip(schema: Json | undefined): Json | undefined {
    if (!isJsonObject(schema)) return schema
    const known = this.#seen.get(schema)
    if (known !== undefined) return known
    // Stands for the schema where it contains itself.
    this.#seen.set(schema, schema)
    const changes = this.#changes(schema)
    const fresh = Object.keys(changes).length === 0 ? schema : { ...schema, ...changes }
    this.#seen.set(schema, fresh)
    return fresh
  }

  #changes(schema: Schema): Record<string, Json> {
    const changes: Record<string, Json> = {}
    const keep = (key: string, value: Json | undefined) => {
      if (value !== undefined && value !== schema[key]) changes[key] = value
    }
    for (const key of SINGLES) keep(key, this.strip(schema[key]))
    for (const key of LISTS) keep(key, this.#stripList(schema[key]))
    const { properties, required } = schema
    if (!isJsonObject(properties)) return changes
    const barred = Object.keys(properties).filter((name) => this.#isBarred(properties[name]))
    const entries = Object.entries(properties).filter(([name]) => !barred.includes(name))
    const stripped = entries.map(([name, value]) => [name, this.strip(value) ?? value] as const)
    const same = barred.length === 0 && stripped.every(([name, value]) => value === properties[name])
    if (!same) changes.properties = Object.fromEntries(stripped)
    if (barred.length > 0 && Array.isArray(required))
      changes.required = required.filter((name) => !barred.includes(String(name)))
    return changes
  }

  #isBarred(property: Json | undefined): boolean {
    return isJsonObject(property) && property[this.#flag] === true
  }

  #stripList(list: Json | undefined): Json | undefined {
    if (!Array.isArray(list)) return list
    const stripped = list.map((entry: Json) => this.strip(entry) ?? entry)
    return stripped.every((entry, index) => entry === list[index]) ? list : stripped
  }
}
