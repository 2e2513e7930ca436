import type { Capture } from '../../../src/capture/read.ts'
import { isJsonObject, type Json, pointerSteps, setAt } from '../../../src/core/json.ts'
import { properties, requiredNames } from '../../../src/spec/document.ts'
import type { Schema } from '../../../src/spec/provider.ts'
import type { Delivered } from './delivered.ts'

/** One difference that is put into a delivery, and where it has to be found. */
export interface Plant {
  readonly name: string
  readonly capture: Capture
  readonly location: string
  /** What is said there. */
  readonly message: RegExp
}

/** Every difference from the contract that can be planted into a delivery. */
export function contractPlants({ type, capture }: Delivered): readonly Plant[] {
  const json = JSON.parse(capture.body.toString('utf8')) as Json
  const inBody = bodyPlants(type.schema, json, '').map(({ name, pointer, edit, message }) => ({
    name: `${name} at ${pointer}`,
    capture: { ...capture, body: Buffer.from(JSON.stringify(edit(json))) },
    location: `body${pointer}`,
    message,
  }))
  return [...inBody, ...headerPlants(type.headers, capture), ...others(capture)]
}

interface BodyPlant {
  readonly name: string
  readonly pointer: string
  readonly edit: (body: Json) => Json
  readonly message: RegExp
}

function bodyPlants(schema: Schema, value: Json, pointer: string): readonly BodyPlant[] {
  const put = (name: string, place: string, fresh: Json, message: RegExp): BodyPlant => ({
    name,
    pointer: place,
    edit: (body) => setAt(body, pointerSteps(place), fresh),
    message,
  })
  const here: BodyPlant[] = []
  if (pointer !== '') {
    const other = otherType(schema)
    if (other !== undefined) here.push(put('another type', pointer, other, /^must be .*; it is /))
    if ('const' in schema || 'enum' in schema)
      here.push(put('a wrong value', pointer, 'hookproof.wrong', /^must be equal to .*"hookproof\.wrong"$/))
  }
  if (!isJsonObject(value)) return here
  if (schema.additionalProperties === false)
    here.push(put('an extra field', `${pointer}/planted`, 1, /^is not declared$/))
  for (const name of requiredNames(schema))
    here.push({
      name: 'a missing field',
      pointer: `${pointer}/${name}`,
      edit: (body) => withoutAt(body, pointerSteps(`${pointer}/${name}`)),
      message: /^is missing$/,
    })
  const children = properties(schema).filter(([name]) => Object.hasOwn(value, name))
  return [
    ...here,
    ...children.flatMap(([name, child]) => bodyPlants(child, value[name] ?? null, `${pointer}/${name}`)),
  ]
}

const VALUES: readonly (readonly [types: readonly string[], value: Json])[] = [
  [['string'], 'planted'],
  [['integer', 'number'], 5],
  [['boolean'], true],
  [['object'], {}],
]

/** A value of a type that the schema does not allow; undefined where it names no type. */
function otherType({ type }: Schema): Json | undefined {
  if (type === undefined) return undefined
  const allowed = [type].flat()
  return VALUES.find(([types]) => !types.some((one) => allowed.includes(one)))?.[1]
}

function headerPlants(declared: Delivered['type']['headers'], capture: Capture): readonly Plant[] {
  return declared.flatMap(({ name, required, schema }) => {
    const location = `header/${name.toLowerCase()}`
    const others = capture.headers.filter(([one]) => one.toLowerCase() !== name.toLowerCase())
    const missing = { name: `without ${name}`, capture: { ...capture, headers: others }, location }
    const judged = ['const', 'enum', 'pattern', 'format'].some((keyword) => keyword in schema)
    const wrong = {
      name: `a wrong ${name}`,
      capture: { ...capture, headers: [...others, [name, 'not right'] as const] },
      location,
    }
    return [
      ...(required ? [{ ...missing, message: /^is missing$/ }] : []),
      ...(judged ? [{ ...wrong, message: /^must / }] : []),
    ]
  })
}

function others(capture: Capture): readonly Plant[] {
  const typed = (value: string) =>
    capture.headers.map(([name, old]) => [name, /^content-type$/i.test(name) ? value : old] as const)
  return [
    {
      name: 'another media type',
      capture: { ...capture, headers: typed('text/plain') },
      location: 'header/content-type',
      message: /^text\/plain is not declared/,
    },
    {
      name: 'another method',
      capture: { ...capture, method: 'PUT' },
      location: 'method',
      message: /^must be POST; it is PUT$/,
    },
    {
      name: 'a byte order mark',
      capture: { ...capture, body: Buffer.concat([Buffer.from('\ufeff'), capture.body]) },
      location: 'body',
      message: /^begins with a byte order mark, which JSON must not$/,
    },
    {
      name: 'half a body',
      capture: { ...capture, body: capture.body.subarray(0, capture.body.length >> 1) },
      location: 'body',
      message: /^is no JSON: /,
    },
    {
      name: 'no body',
      capture: { ...capture, body: Buffer.alloc(0) },
      location: 'body',
      message: /^is missing$/,
    },
  ]
}

function withoutAt(base: Json, [step = '', ...rest]: readonly string[]): Json {
  if (!isJsonObject(base)) return base
  const { [step]: removed = null, ...others } = base
  return rest.length === 0 ? others : { ...base, [step]: withoutAt(removed, rest) }
}
