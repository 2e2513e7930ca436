import type { IHttpHeaderParam, IHttpQueryParam, IMediaTypeContent } from '@stoplight/types'
import { mayBacktrack } from '../core/expression.ts'
import { isObject, type Json } from '../core/json.ts'
import { isJson } from './media-types.ts'
import type { RuleViolation } from './messages.ts'
import { aboutPlace, type Direction } from './validate.ts'

/** Prism's validators of the parts of a message, without coercion of bodies. */
export interface Prism {
  /**
   * @param mediaType of the message, without parameters
   * @param content the declared content that the media type belongs to
   */
  body(
    value: Json,
    content: IMediaTypeContent,
    mediaType: string,
    direction: Direction,
  ): readonly RuleViolation[]
  /**
   * Headers of a plain type alone: Prism throws where a list or an object is absent.
   *
   * @param values names in lower case
   */
  headers(
    values: Readonly<Record<string, string>>,
    specs: readonly IHttpHeaderParam[] | undefined,
    direction: Direction,
  ): readonly RuleViolation[]
  query(
    values: Readonly<Record<string, string | readonly string[]>>,
    specs: readonly IHttpQueryParam[] | undefined,
  ): readonly RuleViolation[]
}

/** What Prism reports; its own declaration drags in fp-ts, of which this is all that is needed. */
interface PrismDiagnostic {
  readonly path?: readonly (string | number)[]
  readonly code?: string | number
  readonly message: string
}

type Either =
  | { readonly _tag: 'Left'; readonly left: readonly PrismDiagnostic[] }
  | { readonly _tag: 'Right' }

type Option<T> = { readonly _tag: 'Some'; readonly value: T } | { readonly _tag: 'None' }

/** Prism's enum for the direction of a message: request, response. */
type Context = 0 | 1

const CONTEXTS: Readonly<Record<Direction, Context>> = { request: 0, response: 1 }

type Validate<Specs> = (target: unknown, specs: Specs, context: Context, mediaType?: string) => Either

interface PrismModules {
  readonly validateBody: Validate<readonly IMediaTypeContent[]>
  readonly validateHeaders: Validate<readonly IHttpHeaderParam[]>
  readonly validateQuery: Validate<readonly IHttpQueryParam[]>
  readonly stripReadOnlyProperties: (schema: object) => Option<object>
  readonly stripWriteOnlyProperties: (schema: object) => Option<object>
  readonly validateAgainstSchema: (
    value: unknown,
    schema: object,
    coerce: boolean,
    context: Context,
    prefix: string,
  ) => Option<readonly PrismDiagnostic[]>
}

/** Loads these few of its modules: the package's root would load a data faker and take half a second. */
export async function loadPrism(): Promise<Prism> {
  const loaded = await Promise.all([
    import('@stoplight/prism-http/dist/validator/validators/index.js'),
    import('@stoplight/prism-http/dist/utils/filterRequiredProperties.js'),
    import('@stoplight/prism-http/dist/validator/validators/utils.js'),
  ])
  // Node has what a CommonJS module exports as its default; a loader such as tsx has it as named exports.
  const modules = Object.assign({}, ...loaded, ...loaded.map((module) => module.default)) as PrismModules
  const { validateBody, validateHeaders, validateQuery, validateAgainstSchema } = modules
  const prepared = preparedSchemas(modules)
  return {
    body(value, declared, mediaType, direction) {
      const content = withoutSlowKeywords(declared)
      const schema = prepared(content, mediaType, direction)
      if (schema === null) return violationsOf(validateBody(value, [content], CONTEXTS[direction], mediaType))
      const result = validateAgainstSchema(value, schema, false, CONTEXTS[direction], 'body')
      return result._tag === 'Some' ? result.value.map((one) => violationOf(one)) : []
    },
    headers(values, specs, direction) {
      const plain = plainHeaders(specs)
      if (plain.length === 0) return []
      const declared: Record<string, string> = {}
      for (const { name } of plain) {
        const value = values[name.toLowerCase()]
        if (value !== undefined) declared[name.toLowerCase()] = value
      }
      return violationsOf(validateHeaders(declared, plain, CONTEXTS[direction]))
    },
    query(values, specs) {
      if (specs === undefined || specs.length === 0) return []
      const names = specs.map(({ name }) => name)
      return violationsOf(validateQuery(values, withoutSlowKeywords(specs), CONTEXTS.request), names)
    },
  }
}

/**
 * The schema that a body of JSON is validated against, once for each content, so that the last step of Prism's body
 * validator can be called alone: those before it find out, for each message anew, that JSON has the one content there
 * is, and take as long again. Null where Prism does more, for `allOf` and for other media types.
 */
function preparedSchemas({ stripReadOnlyProperties, stripWriteOnlyProperties }: PrismModules) {
  const strip = { request: stripReadOnlyProperties, response: stripWriteOnlyProperties }
  const known = {
    request: new WeakMap<object, object | null>(),
    response: new WeakMap<object, object | null>(),
  }
  return ({ schema }: IMediaTypeContent, mediaType: string, direction: Direction): object | null => {
    if (schema === undefined || !isJson(mediaType)) return null
    const found = known[direction].get(schema)
    if (found !== undefined) return found
    const stripped = JSON.stringify(schema).includes('"allOf"') ? undefined : strip[direction](schema)
    const made = stripped?._tag === 'Some' ? stripped.value : null
    known[direction].set(schema, made)
    return made
  }
}

const linear = new WeakMap<object, object>()

/**
 * A content or parameters without the keywords for which Prism's engine takes more time than in proportion to a value;
 * our own validator has linear ways to find the same. The same object where there are none: Prism caches by it.
 */
function withoutSlowKeywords<T extends object>(specs: T): T {
  const known = linear.get(specs)
  if (known !== undefined) return known as T
  let isChanged = false
  const made = JSON.parse(JSON.stringify(specs), (key, value: unknown) => {
    const isSlow =
      (key === 'uniqueItems' && value === true) ||
      (key === 'format' && value === 'url') ||
      (key === 'pattern' && typeof value === 'string' && mayBacktrack(value))
    // Without these, their parent would refuse the members that they allow.
    const isOpened =
      isObject(value) &&
      isObject(value.patternProperties) &&
      Object.keys(value.patternProperties).some(mayBacktrack)
    if (isSlow || isOpened) isChanged = true
    return isSlow ? undefined : isOpened ? {} : value
  }) as T
  const found = isChanged ? made : specs
  linear.set(specs, found)
  return found
}

const plain = new WeakMap<readonly IHttpHeaderParam[], readonly IHttpHeaderParam[]>()

/** The same array for the same headers: Prism caches by it. */
function plainHeaders(specs: readonly IHttpHeaderParam[] = []): readonly IHttpHeaderParam[] {
  if (specs.length === 0) return specs
  const known = plain.get(specs)
  if (known !== undefined) return known
  const made = withoutSlowKeywords(specs).filter(
    ({ schema }) => schema?.type !== 'array' && schema?.type !== 'object',
  )
  plain.set(specs, made)
  return made
}

/** @param names declared parameters: Prism knows them in lower case only */
function violationsOf(result: Either, names?: readonly string[]): readonly RuleViolation[] {
  if (result._tag === 'Right') return []
  // To use what is deprecated breaks nothing: providers go on sending their old signature headers for years.
  return result.left.filter(({ code }) => code !== 'deprecated').map((one) => violationOf(one, names))
}

/** Prism gives the name of a missing or undeclared child in its text alone. */
const CHILD_TEXTS: Readonly<Record<string, RegExp>> = {
  required: /must have required property '(.+)'$/,
  dependentRequired: /must have propert(?:y|ies) (\S+) when property/,
  additionalProperties: /; found '(.+)'$/,
  unevaluatedProperties: /: '(.+)'$/,
}

/** Before the path of a property, as the subject of Prism's messages. */
const SUBJECTS = ['Request body property', 'Response body property']

function violationOf(
  { path = [], code = 'contract', message }: PrismDiagnostic,
  names: readonly string[] = [],
): RuleViolation {
  const rule = String(code)
  const [place, ...steps] = path.map(String)
  if (place === undefined)
    return rule === '415'
      ? { location: 'header/content-type', rule: 'media-type', message }
      : { location: 'body', rule, message }
  const child = CHILD_TEXTS[rule]?.exec(message)?.[1]
  const [first, ...rest] = [...steps.map(unescaped), ...(child === undefined ? [] : [child])]
  if (first === undefined) return { location: place, rule, message }
  const declared = names.find((name) => name.toLowerCase() === first) ?? first
  const name = place === 'header' ? declared.toLowerCase() : declared
  const location = [place, name, ...rest].join('/')
  if (child !== undefined) return { location, rule, message: `${location} ${aboutPlace(rule, message)}` }
  const subject = SUBJECTS.map((words) => `${words} ${steps.join('.')} `).find((one) =>
    message.startsWith(one),
  )
  return {
    location,
    rule,
    message: subject === undefined ? message : `${location} ${message.slice(subject.length)}`,
  }
}

/** Prism splits ajv's JSON pointers without undoing their escapes. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
