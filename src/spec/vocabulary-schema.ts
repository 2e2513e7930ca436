import type { JsonObject } from '../core/json.ts'
import { lazily } from '../core/lazy.ts'
import { loadCompiler, type Validator } from '../schema/validate.ts'
import {
  ACTIONS,
  ATTEMPT_STATES,
  type DeliveryKeyword,
  DIGESTS,
  type ErrorRow,
  FAILURE_CLASSES,
  FAILURE_TOKENS,
  HASHES,
  JWT_ALGORITHMS,
  KEY_ENCODINGS,
  KEYWORD_PLACES,
  KEYWORDS,
  type Keyword,
  NORMALISATIONS,
  type NodeKind,
  type OperationKeyword,
  OTHER_FAILURES,
  PROBLEMS,
  type ProviderKeyword,
  type ResourceKeyword,
  SCHEMES,
  type SignatureKeyword,
  VALUE_SOURCES,
  type ValueDetails,
} from './vocabulary.ts'

/**
 * One field of a keyword, declared once: the loader validates with its schema, openapi/vocabulary.schema.json completes
 * it in editors, and the tables of openapi/README.md describe it in these words.
 */
interface Field {
  readonly schema: JsonObject
  /** What it means, in Markdown. */
  readonly about: string
  /** What holds where it is absent, in Markdown. */
  readonly fallback: string
  /** Whatever the other fields are. */
  readonly isRequired: boolean
}

/** A row for each field of a keyword; of one with several forms, for the fields of all forms. */
type Fields<T> = Readonly<Record<T extends unknown ? keyof T & string : never, Field>>

function field(schema: JsonObject, about: string, fallback = ''): Field {
  return { schema, about, fallback, isRequired: false }
}

function required(schema: JsonObject, about: string, fallback = ''): Field {
  return { schema, about, fallback: fallback === '' ? 'required' : `required; ${fallback}`, isRequired: true }
}

const STRING: JsonObject = { title: 'a string', type: 'string' }
const FLAG: JsonObject = { type: 'boolean', default: false }
const COUNT: JsonObject = { type: 'integer', minimum: 1 }

function ref(definition: string): JsonObject {
  return { $ref: `#/$defs/${definition}` }
}

function words(values: readonly (string | number)[], fallback?: string | number): JsonObject {
  return { enum: values, ...(fallback !== undefined && { default: fallback }) }
}

function codes(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(', ')
}

function object<T extends JsonObject>(properties: T, requiredNames: readonly string[] = []) {
  return {
    type: 'object',
    ...(requiredNames.length > 0 && { required: requiredNames }),
    additionalProperties: false,
    properties,
  }
}

function byName(schema: JsonObject): JsonObject {
  return { type: 'object', additionalProperties: schema }
}

function array(items: JsonObject): JsonObject {
  return { type: 'array', items }
}

function choose(condition: JsonObject, fitting: JsonObject, otherwise?: JsonObject): JsonObject {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: condition, then: fitting, ...(otherwise !== undefined && { else: otherwise }) }
}

function oneOrMany(items: JsonObject): JsonObject {
  return choose({ type: 'array' }, { minItems: 1, items }, items)
}

/** What holds where a member has one of these values. */
function where(name: string, values: readonly string[], schema: JsonObject): JsonObject {
  return choose({ properties: { [name]: words(values) }, required: [name] }, schema)
}

function without(...names: readonly string[]): JsonObject {
  return { properties: Object.fromEntries(names.map((name) => [name, false])) }
}

const NAME = '[a-z][a-z0-9-]*'

const VARIANT = '[a-z0-9][a-z0-9.-]*'

const PROVIDER: Fields<ProviderKeyword> = {
  id: required(
    {
      title: 'an id of lower-case letters, digits and dashes, or such a name, "@" and its variant',
      type: 'string',
      pattern: `^${NAME}(?:@${VARIANT})?$`,
    },
    'lower-case letters, digits and dashes; the first step of its path. Of another [variant](#variants-and-shared-files) than the default one `name@variant`',
  ),
  variant: field(
    {
      title: 'a name of lower-case letters, digits, dots and dashes',
      type: 'string',
      pattern: `^${VARIANT}$`,
    },
    'the name of the default variant, where there are others; not with an `id` that names one',
    'none',
  ),
  sources: field(array({ type: 'string' }), 'where the facts come from', 'none'),
  bodyLimit: field(
    { title: 'a number of bytes', ...COUNT, default: 1_048_576 },
    'largest request body in bytes; above it, `too-large`. A body of more than 20,000 values or 1,000 levels is `malformed`',
    '1048576',
  ),
}

const FIELD = ref('field')

const ID_FORMAT: JsonObject = {
  format: words(['uuid', 'sequence', 'text']),
  start: {
    title: 'an integer ≥ 0, in quotes where it has more than 15 digits',
    type: ['integer', 'string'],
    minimum: 0,
    maximum: 999_999_999_999_999,
    pattern: '^[1-9]\\d{15,18}$',
    default: 1,
  },
  prefix: { type: 'string' },
  alphabet: ref('alphabet'),
  length: ref('length'),
}

/** Texts by the name of a state or of a failure. */
const WORDS: JsonObject = {
  ...byName(STRING),
  propertyNames: {
    title: 'the name of a state or of a failure, or a status in quotes',
    type: 'string',
    pattern: `^(?:${[...ATTEMPT_STATES, ...FAILURE_CLASSES, ...OTHER_FAILURES].join('|')}|[1-5]\\d\\d)$`,
  },
}

const RESOURCE: Fields<ResourceKeyword> = {
  id: required(
    { ...object({ field: FIELD, ...ID_FORMAT }, ['format', 'field']), allOf: [ref('id-rules')] },
    '`field` and its id format',
  ),
  url: required(
    object({ field: FIELD, https: FLAG, tlsCheck: FLAG }, ['field']),
    '`field`; `https`: whether only `https://` is accepted (else `url-not-https`); `tlsCheck`: whether an `https://` receiver has to show a valid certificate when it is registered (else `tls-check-failed`). Only a host that was named with `--allow-host` is called for that, and under `--strict-urls` loopback: never a forwarded URL, or one that deliveries are blocked from',
    '`https` and `tlsCheck` false',
  ),
  secret: required(
    object(
      {
        field: FIELD,
        prefix: { type: 'string', default: '' },
        alphabet: ref('alphabet'),
        length: ref('length'),
        overlap: ref('duration'),
      },
      ['field', 'alphabet', 'length'],
    ),
    '`field`, and how secrets are made: `prefix`, `alphabet`, `length`; `overlap`: how long a secret still signs beside the one that took its place, with schemes that have `join` or sign with the `previous`',
    '`prefix` empty; `overlap` none',
  ),
  enabled: field(
    object({ field: FIELD, inverted: FLAG }, ['field']),
    '`field`; `inverted`: true if the field says *disabled*',
    'absent: webhooks cannot be disabled; `inverted` false',
  ),
  filter: field(
    object(
      {
        field: FIELD,
        match: {
          title: '"type" or a JSON pointer into the event\'s body',
          type: 'string',
          pattern: '^(type|/.+)$',
        },
        default: words(['all-types', 'nothing']),
      },
      ['field', 'match', 'default'],
    ),
    "`field` with what it watches; `match`: `type`, or a JSON pointer into the event's body; `default`: `all-types` or `nothing` if a webhook is registered without the field",
    'absent: every webhook gets every event',
  ),
  narrow: field(
    object(
      {
        field: FIELD,
        match: { title: "a JSON pointer into the event's body", type: 'string', pattern: '^/.+$' },
        default: STRING,
        everything: STRING,
      },
      ['field', 'match', 'default'],
    ),
    "what else narrows the events that it gets: a `field` that has to equal what stands at `match`, a JSON pointer into the event's body; `default`: its value if a webhook is registered without the field; `everything`: the value that lets all of them through",
    'none',
  ),
  health: field(
    object({
      failures: FIELD,
      lastError: object({ field: FIELD, words: WORDS }, ['field']),
      lastCause: object({ field: FIELD, words: WORDS }, ['field']),
      disabledBy: object({ field: FIELD, owner: STRING, provider: STRING }, ['field', 'owner', 'provider']),
      disabledAt: FIELD,
    }),
    'fields that tell how its deliveries went: `failures`, how many in a row failed; `lastError` and `lastCause`, each a `field` with its `words`: why the latest of these did, as `attempt.error` and `attempt.cause` tell it (null: none failed). While it is disabled, `disabledBy` has the word for its `owner` or its `provider` (absent while it is enabled), `disabledAt` since when (else null)',
    'none',
  ),
  timestamps: field(
    object({ created: FIELD, updated: FIELD, lastSucceeded: FIELD, precision: words(['s', 'ms'], 'ms') }),
    'the fields `created`, `updated`, `lastSucceeded`; `precision`: `s` or `ms`',
    'none; `precision` `ms`',
  ),
  normalise: field(
    byName({ ...array(words(NORMALISATIONS)), minItems: 1 }),
    'by field, how input is normalised: `one-or-many` (a single string stands for an array of one), `dotted-number` (`0403170701` is kept as `0403.170.701`, `2123456789` as `2.123.456.789`: the first digit decides, from 2 on it stands alone), `empty-is-absent` (null and an empty array count as if the field were not there)',
    'none',
  ),
  derived: field(
    byName(
      object(
        {
          from: { title: "a JSON pointer into the webhook's fields", type: 'string', pattern: '^/.+$' },
          absent: {},
        },
        ['from', 'absent'],
      ),
    ),
    "by field, one that is only read: `from`, a JSON pointer into the webhook's other fields, and `absent`, its value where nothing is there",
    'none',
  ),
  limit: field(
    object({ active: COUNT }, ['active']),
    '`active`: the maximum of active webhooks of an account; above it, `limit-reached`',
    'none',
  ),
}

const OPERATION: Fields<OperationKeyword> = {
  action: required(words(ACTIONS), `what it does: ${codes(ACTIONS)}`),
  status: field(ref('status'), 'of its success', 'the first 2xx that it declares'),
  webhook: field(
    { type: 'string', default: 'id' },
    'the path or query parameter that names the webhook. Of `list`: a query parameter; a request that has it gets that webhook alone, in the alternative of a `oneOf` that is no list',
    '`id`; of `list` none',
  ),
  account: field(
    { type: 'string' },
    'the path parameter that names the account; another one than that of the credentials is `wrong-account`',
  ),
  counted: field(
    { type: 'boolean', default: true },
    'whether a call counts among the calls of the account, `account.calls`',
    'true',
  ),
  attempt: field(
    { type: 'string' },
    'the path parameter that names the log entry (`resend`, required there)',
  ),
  input: field(
    { type: 'string' },
    'the property of the request body that holds the fields',
    'the body itself',
  ),
  page: field(
    object(
      {
        number: object({ param: FIELD, base: words([0, 1]) }, ['param', 'base']),
        size: object({ param: FIELD, default: COUNT, maximum: COUNT }, ['param', 'default', 'maximum']),
      },
      ['number', 'size'],
    ),
    'of a paged list, its query parameters: `number` with `param` and `base` (0 or 1), `size` with `param`, `default` and `maximum`',
    'not paged',
  ),
  filters: field(
    byName(ref('value-source')),
    'of a log, query parameters that leave only the entries whose source has that value, by their names: `{ type: event.type }` (`list-attempts`)',
    'none',
  ),
  most: field(COUNT, 'the maximum length of an unpaged log (`list-attempts`)', 'no limit'),
  idempotency: field(
    object({ header: FIELD, keep: ref('duration'), replayHeader: FIELD }, ['header', 'keep']),
    '`header` with the key, `keep`: how long the answer is kept, `replayHeader`: a header that marks a repeated answer',
    'none',
  ),
  token: field(
    object(
      {
        login: { title: 'an array of fields', ...array(FIELD), minItems: 1 },
        expires: ref('duration'),
        scope: FIELD,
        prefix: { type: 'string', default: '' },
        alphabet: ref('alphabet'),
        length: ref('length'),
      },
      ['login', 'expires'],
    ),
    'of access tokens (`issue-token`, required there): `login`: the fields of the body that are compared with those of an account (else `login`); where `security` names http basic, its user and password stand for the first two; `expires`: how long a token is good; `scope`: the field that asks for fewer scopes than the account has (others: `login-scope`); `prefix`, `alphabet`, `length`: how tokens are made',
    '`scope` none; `prefix` empty; `alphabet` `alphanumeric`; `length` 40',
  ),
  alias: field(
    { type: 'string', minLength: 1 },
    'a further name for the operation, in faults, scenarios and filters of the request log',
    'none',
  ),
  sunset: field(
    STRING,
    'the HTTP date at which a deprecated operation ends, for the source `operation.sunset`',
    'none',
  ),
  test: field(
    FLAG,
    'whether a test delivery is sent to a new webhook; the sources `attempt.*` tell the answer what became of it (`create`)',
    'false',
  ),
  event: field(
    { type: 'string' },
    'the event type of a test delivery (`send-test`, `create`)',
    'the first that the webhook watches, where it watches types',
  ),
  eventId: field(
    ref('id-format'),
    'the id format of events of that type (`send-test`)',
    '`eventId` of `x-mock-delivery`',
  ),
  payload: field(
    { type: 'object' },
    'merged over the sample of that event: `{ test: true }` (`send-test`, `create`)',
    'none',
  ),
  tests: field(
    { type: 'boolean', default: true },
    'whether the log lists test deliveries (`list-attempts`)',
    'true',
  ),
}

const VALUE: Fields<ValueDetails> = {
  from: required(ref('value-source'), 'the source'),
  precision: field(words(['s', 'ms'], 'ms'), 'of times, in ISO 8601 with Z: `s` or `ms`', '`ms`'),
  words: field(
    byName(STRING),
    `words for \`attempt.status\`: ${codes(ATTEMPT_STATES)}; for \`attempt.error\` and \`attempt.cause\`, by the failure: one status in quotes, ${codes(FAILURE_CLASSES.filter((one) => one !== '429'))}, ${codes(OTHER_FAILURES)}; for \`account.environment\` by the environment. Those for a failure may contain ${codes(FAILURE_TOKENS.map((token) => `{${token}}`))}`,
    'of `attempt.error` a short English text, else the name',
  ),
  least: field(words([0, 1], 1), 'of `page.pages`, how many an empty list has', '1'),
  prefix: field(STRING, 'a text that stands before it', 'none'),
  equals: field(STRING, 'a text; the value is then a boolean: whether it is this text', 'none'),
  as: field(words(['json-string']), '`json-string`: the value as JSON text in a string', 'as it is'),
}

const ROW: Fields<ErrorRow> = {
  when: required(
    oneOrMany(ref('problem')),
    `one problem or several: ${codes(PROBLEMS)}. \`fault\`: the words for a fault that asks for the row's status`,
  ),
  at: field(
    {
      title: 'a JSON pointer into the request body, or path/NAME, query/NAME or header/NAME',
      type: 'string',
      pattern: '^(?:|/.*|(?:path|query|header)/.+)$',
    },
    'only there: a JSON pointer into the request body, or `path/NAME`, `query/NAME`, `header/NAME`; `*` stands for one step',
    'anywhere',
  ),
  keyword: field(oneOrMany(FIELD), 'only when one of these JSON Schema keywords failed', 'any'),
  accept: field(
    { title: 'a media type', type: 'string', pattern: '^[^/\\s]+/[^/\\s]+$' },
    "only when the request's `Accept` names this media type",
    'any',
  ),
  do: field(
    words(['refuse', 'accept', 'clamp'], 'refuse'),
    '`refuse`; `accept`: take the value as it is; `clamp`: take the nearest allowed value. Both are recorded as a violation',
    '`refuse`',
  ),
  status: field(ref('status'), 'of the answer', 'required to refuse'),
  mediaType: field(
    { title: 'a media type', type: 'string', pattern: '^[^/\\s]+/[^/\\s]+' },
    'of the answer',
    'the first that the operation declares for the status',
  ),
  headers: field(ref('strings'), 'further headers of the answer', 'none'),
  code: field(STRING, 'the text of `error.code`', 'none'),
  title: field(STRING, 'the text of `error.title`', 'none'),
  message: field(STRING, 'the text of `error.message`', 'none'),
  details: field(
    { if: { type: 'object' }, else: words(['fields']) },
    'for `error.details`. `fields`: every failing field with its text. An object: as it is written',
    'none',
  ),
  fieldText: field(
    { ...STRING, default: '{reason}' },
    'with `details: fields`, the text for a field',
    '`{reason}`',
  ),
  response: field(
    { type: 'string' },
    'the component response that is rendered for `route` and `method` (required there)',
  ),
}

const TEXTS_BY_NAME: JsonObject = { ...byName(STRING), minProperties: 1 }

const SIGNATURE: Fields<SignatureKeyword> = {
  scheme: required(
    words(SCHEMES),
    '`hmac`; `ed25519` and `ecdsa-p256`: the secret is a private key; `jwt`: a JSON Web Token with `iat` and the SHA-256 of the body; `static`: the secret itself, as `{digest}`; `basic`: HTTP Basic with `{ username, password }` from a field of the webhook, not sent where that is absent; `none`',
  ),
  hash: field(words(HASHES), `${codes(HASHES)} (hmac)`, 'required'),
  algorithm: field(words(JWT_ALGORITHMS), `${codes(JWT_ALGORITHMS)} (jwt)`, 'required'),
  claim: field(FIELD, 'the claim that holds the digest of the body (jwt)', 'required'),
  key: field(
    object({
      prefix: { type: 'string' },
      publicPrefix: { type: 'string' },
      encoding: words(KEY_ENCODINGS),
      secret: words(['newest', 'previous'], 'newest'),
    }),
    "how the secret becomes key bytes: `prefix` and, of a key pair's public half, `publicPrefix` to take off; `encoding` `utf8`, `hex` or `base64`; `secret`: `newest`, or `previous` for the newest of the retired ones",
    'the whole string in UTF-8, for key pairs in base64; `newest`',
  ),
  timestamp: field(words(['s', 'ms', 'iso'], 's'), 'unit of `{timestamp}`: `s`, `ms`, `iso`', '`s`'),
  signedHeaders: field(
    { ...array(FIELD), minItems: 1 },
    'headers that `{header_names}` and `{header_values}` stand for',
    'none',
  ),
  content: field({ ...STRING, default: '{body}' }, 'what is signed', '`{body}`'),
  digest: field(words(DIGESTS), codes(DIGESTS), 'required; for jwt `hex`'),
  item: field({ ...STRING, default: '{digest}' }, 'one signature', '`{digest}`'),
  join: field(
    STRING,
    'stands between the signatures of all active secrets, as `{signatures}`',
    'the newest secret alone signs',
  ),
  order: field(
    words(['new-first', 'old-first'], 'new-first'),
    'of those: `new-first` or `old-first`',
    '`new-first`',
  ),
  headers: field(TEXTS_BY_NAME, 'the headers that are sent', 'required, except for basic and none'),
  query: field(TEXTS_BY_NAME, 'added to the URL before it is signed and sent', 'none'),
  verify: field(
    object({ tolerance: ref('duration'), direction: words(['past', 'both'], 'both') }),
    "what the provider's own verifier allows: `tolerance` (a duration), `direction` `past` or `both`",
    '`both`',
  ),
  field: field(FIELD, "the webhook's field with the credentials (basic)", 'required'),
}

/** Of each scheme, the fields that it needs and those that it may have beside. */
const SCHEME_FIELDS: Readonly<
  Record<(typeof SCHEMES)[number], { readonly needs: readonly string[]; readonly may: readonly string[] }>
> = (() => {
  const may = ['key', 'timestamp', 'signedHeaders', 'content', 'item', 'join', 'order', 'query', 'verify']
  const keyPair = { needs: ['digest', 'headers'], may }
  return {
    hmac: { needs: ['hash', 'digest', 'headers'], may },
    ed25519: keyPair,
    'ecdsa-p256': keyPair,
    jwt: { needs: ['algorithm', 'claim', 'headers'], may: ['key', 'digest', 'verify'] },
    static: { needs: ['headers'], may: [] },
    basic: { needs: ['field'], may: [] },
    none: { needs: [], may: [] },
  }
})()

const DELIVERY: Fields<DeliveryKeyword> = {
  eventId: required(ref('id-format'), 'id format of events'),
  attemptId: required(ref('id-format'), 'id format of attempts'),
  headers: field(
    ref('strings'),
    'sent with every delivery, beside those that the webhook declares',
    '`User-Agent` alone, from the title and the version of the document: `Acme/1.0.0`',
  ),
  timeout: field({ ...ref('duration'), default: '10s' }, 'of the whole exchange', '`10s`'),
  success: field(
    {
      ...array({
        title: 'a status or a class of them in quotes, such as "204" or "2xx"',
        type: 'string',
        pattern: '^[1-5](?:\\d\\d|xx)$',
      }),
      minItems: 1,
      default: ['2xx'],
    },
    'statuses or classes of them that count as success',
    "`['2xx']`",
  ),
  schedule: required(
    {
      ...object({
        delays: array(ref('duration')),
        // biome-ignore lint/suspicious/noThenProperty: a field of the vocabulary
        then: words(['stop', 'repeat-last'], 'stop'),
        base: ref('duration'),
        factor: { type: 'number', minimum: 1 },
        cap: ref('duration'),
        attempts: { description: 'The first attempt counts.', ...COUNT },
        window: ref('duration'),
      }),
      ...choose({ required: ['delays'] }, without('base', 'factor', 'cap'), {
        required: ['base', 'factor'],
        ...without('then'),
      }),
    },
    '`delays` after the end of the attempt before, in order, `then` `stop` or `repeat-last`; or `base`, `factor` and `cap` for base · factor^n. Either with `attempts` (the first counts) and `window` as its end; one of the two where it would not end by itself',
    '`then` `stop`',
  ),
  retryOn: field(
    array({
      title: `a failure class (${FAILURE_CLASSES.filter((one) => one !== '429').join(', ')}) or a status in quotes`,
      type: 'string',
      pattern: `^(?:${FAILURE_CLASSES.filter((one) => one !== '429').join('|')}|[1-5]\\d\\d)$`,
    }),
    'failures that are retried: `connect`, `dns`, `tls`, `timeout`, `1xx`, `3xx`, `4xx` (429 among them), `429`, `5xx`, or one status in quotes',
    'every failure',
  ),
  jitter: field(
    {
      default: 'none',
      ...choose(
        { type: 'object' },
        {
          additionalProperties: false,
          properties: {
            plusMinus: ref('share'),
            add: ref('share'),
            min: ref('duration'),
            max: ref('duration'),
          },
          ...choose({ required: ['plusMinus'] }, without('add', 'min', 'max'), { required: ['add'] }),
        },
        words(['none', 'full']),
      ),
    },
    '`none`; `full`; `{ plusMinus: 0.2 }`: ± this share of the delay; `{ add: 0.1, min: 2s, max: 15m }`: this share is added',
    '`none`',
  ),
  retryAfter: field(
    {
      default: 'ignore',
      ...choose(
        { type: 'object' },
        { required: ['clamp'], additionalProperties: false, properties: { clamp: ref('duration') } },
        words(['ignore', 'honour']),
      ),
    },
    '`ignore`, `honour`, or `{ clamp: 1h }`',
    '`ignore`',
  ),
  retryTests: field(FLAG, 'whether failed test deliveries are retried, too', 'false'),
  inOrder: field(FLAG, "whether a webhook's later deliveries wait for its earlier ones", 'false'),
  disable: field(
    object({
      after: { description: 'Failed deliveries in a row.', ...COUNT },
      window: ref('duration'),
      statuses: array({ title: 'an HTTP status', type: 'integer', minimum: 100, maximum: 599 }),
      how: words(['disable', 'delete'], 'disable'),
      reactivate: words(['after-test']),
    }),
    'what makes the provider disable a webhook: `after` so many failed deliveries in a row, within `window`, or one of `statuses`; `how`: `disable` or `delete`; `reactivate`: `after-test` if its owner can enable it again only after a test delivery has succeeded (else `untested`)',
    'never; `how` `disable`',
  ),
  environments: field(
    { ...byName(ref('environment')), minProperties: 1 },
    "the environments that an account's key chooses between, by name, with the fields that differ there (all but `eventId`, `attemptId` and `inOrder`); an [account](#accounts) has the first unless it names another",
    'none',
  ),
}

/** The fields of each keyword. */
export const KEYWORD_FIELDS: Readonly<Record<Keyword, Readonly<Record<string, Field>>>> = {
  'x-mock-provider': PROVIDER,
  'x-mock-resource': RESOURCE,
  'x-mock-operation': OPERATION,
  'x-mock-value': VALUE,
  'x-mock-errors': ROW,
  'x-mock-signature': SIGNATURE,
  'x-mock-delivery': DELIVERY,
}

function fieldsSchema(keyword: Keyword) {
  const rows = Object.entries(KEYWORD_FIELDS[keyword])
  return object(
    Object.fromEntries(rows.map(([name, { schema, about }]) => [name, { description: about, ...schema }])),
    rows.filter(([, { isRequired }]) => isRequired).map(([name]) => name),
  )
}

function schemeRules(): readonly JsonObject[] {
  return SCHEMES.flatMap((scheme) => {
    const { needs, may } = SCHEME_FIELDS[scheme]
    const others = Object.keys(SIGNATURE).filter((name) => ![...needs, ...may, 'scheme'].includes(name))
    return [
      where('scheme', [scheme], { ...(needs.length > 0 && { required: needs }), ...without(...others) }),
    ]
  })
}

/** The fields of `x-mock-delivery` that differ by environment; one that is absent there is as the base has it. */
function environmentSchema(): JsonObject {
  const { environments: _once, eventId: _event, attemptId: _attempt, inOrder: _order, ...fields } = DELIVERY
  return object(
    Object.fromEntries(
      Object.entries(fields).map(
        ([
          name,
          {
            schema: { default: _ofTheBase, ...schema },
            about,
          },
        ]) => [name, { description: about, ...schema }],
      ),
    ),
  )
}

function definitions(): JsonObject {
  return {
    'x-mock-provider': {
      description: 'The identity of the imitated provider.',
      ...fieldsSchema('x-mock-provider'),
      ...choose({ properties: { id: { pattern: '@' } }, required: ['id'] }, without('variant')),
    },
    'x-mock-resource': {
      description: 'On the schema of a webhook as it is read: what its fields mean.',
      ...fieldsSchema('x-mock-resource'),
    },
    'x-mock-operation': {
      description: 'On an operation: what it does. Without it, an operation is answered from its examples.',
      ...fieldsSchema('x-mock-operation'),
    },
    'x-mock-value': {
      description: 'On a schema, a header or a parameter: where its value comes from.',
      ...choose(
        { type: 'object' },
        {
          ...fieldsSchema('x-mock-value'),
          ...choose(
            { properties: { from: { const: 'account.environment' } } },
            {},
            { properties: { words: WORDS } },
          ),
        },
        ref('value-source'),
      ),
    },
    'x-mock-errors': {
      description: "Rows, the operation's before the root's; the first that fits decides.",
      title: 'an array of rows',
      ...array(ref('error-row')),
    },
    'x-mock-signature': {
      description: 'How a delivery is signed: one scheme, or an array when several are sent.',
      ...oneOrMany(ref('signature-scheme')),
    },
    'x-mock-delivery': {
      description: 'How events are delivered and retried.',
      ...fieldsSchema('x-mock-delivery'),
    },
    duration: {
      title: 'a duration such as 250ms, 10s, 6m10s or 3d',
      type: 'string',
      pattern: '^(?:0|(?:\\d+(?:\\.\\d+)?(?:ms|[smhd]))+)$',
    },
    field: { title: 'a name', type: 'string', minLength: 1 },
    status: { title: 'an HTTP status', type: 'integer', minimum: 200, maximum: 599 },
    alphabet: words(['hex', 'alphanumeric']),
    length: { title: 'a number of characters', type: 'integer', minimum: 1, maximum: 512 },
    strings: byName(STRING),
    share: { title: 'a share between 0 and 1', type: 'number', minimum: 0, maximum: 1 },
    'id-format': { ...object(ID_FORMAT, ['format']), allOf: [ref('id-rules')] },
    'id-rules': {
      allOf: [
        where('format', ['text'], { required: ['alphabet', 'length'] }),
        where('format', ['uuid', 'sequence'], without('prefix', 'alphabet', 'length')),
        where('format', ['uuid', 'text'], without('start')),
      ],
    },
    'value-source': words(Object.keys(VALUE_SOURCES)),
    problem: words(PROBLEMS),
    'error-row': {
      ...fieldsSchema('x-mock-errors'),
      ...choose(
        { properties: { do: words(['accept', 'clamp']) }, required: ['do'] },
        without('status', 'mediaType', 'headers', 'response'),
        { required: ['status'] },
      ),
    },
    'signature-scheme': { ...fieldsSchema('x-mock-signature'), allOf: schemeRules() },
    environment: environmentSchema(),
    ...documentParts(),
  }
}

/** Has another file's part, and in an object keys of its own beside it. */
const SHARED: JsonObject = {
  type: 'object',
  required: ['$ref'],
  properties: { $ref: { type: 'string' } },
}

/** A keyword as it is written, or as another file has it. */
function shared(keyword: Keyword): JsonObject {
  const written = keyword === 'x-mock-errors' ? array(choose(SHARED, {}, ref('error-row'))) : ref(keyword)
  return choose(SHARED, {}, written)
}

/** As {@link byName}, with those of another file. */
function sharedByName(schema: JsonObject): JsonObject {
  return { ...byName(schema), properties: { $ref: { type: 'string' } } }
}

/** What stands at a place of a document: the keywords that may stand there, and what is below. */
function part(kind: NodeKind | null, properties: JsonObject): JsonObject {
  const keywords = KEYWORDS.filter((keyword) => kind !== null && KEYWORD_PLACES[keyword].includes(kind))
  const known = keywords.map((keyword) => keyword.slice('x-mock-'.length)).join('|')
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(keywords.map((keyword) => [keyword, shared(keyword)])),
      ...properties,
    },
    patternProperties: { [keywords.length === 0 ? '^x-mock-' : `^x-mock-(?!(?:${known})$)`]: false },
  }
}

function documentParts(): JsonObject {
  const called: JsonObject = {
    parameters: array(ref('valued')),
    requestBody: ref('body'),
    responses: byName(ref('response')),
  }
  const methods = ['get', 'put', 'post', 'patch', 'delete']
  const schemas = array(ref('schema'))
  return {
    path: part('path', {
      ...Object.fromEntries(methods.map((method) => [method, ref('operation')])),
      parameters: array(ref('valued')),
    }),
    operation: part('operation', called),
    event: part('event', { post: part('event-operation', called) }),
    valued: part('header', { schema: ref('schema') }),
    body: part('request-body', { content: byName(part('media', { schema: ref('schema') })) }),
    response: { allOf: [ref('body')], properties: { headers: byName(ref('valued')) } },
    schema: {
      ...part('schema', {
        properties: byName(ref('schema')),
        additionalProperties: ref('schema'),
        items: ref('schema'),
        allOf: schemas,
        anyOf: schemas,
        oneOf: schemas,
        prefixItems: schemas,
        $defs: byName(ref('schema')),
      }),
      type: ['object', 'boolean'],
    },
  }
}

const ID = 'vocabulary.schema.json'

/** The JSON Schema of a whole provider document, as openapi/vocabulary.schema.json has it. */
export function vocabularySchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: ID,
    title: 'The x-mock-* vocabulary of hookproof in an OpenAPI 3.1 document',
    description:
      'One definition for each keyword; openapi/README.md explains them. The top level applies them where they may stand.',
    required: ['x-mock-provider', 'x-mock-delivery'],
    ...part('root', {
      paths: sharedByName(ref('path')),
      webhooks: sharedByName(ref('event')),
      components: part('components', {
        schemas: sharedByName(ref('schema')),
        responses: sharedByName(ref('response')),
        parameters: sharedByName(ref('valued')),
        headers: sharedByName(ref('valued')),
        requestBodies: sharedByName(ref('body')),
      }),
    }),
    $defs: definitions(),
  }
}

export type KeywordValidators = Readonly<Record<Keyword, Validator>>

/** Compiled once in a process. */
export const loadKeywordValidators = lazily(async (): Promise<KeywordValidators> => {
  const compile = await loadCompiler({ shared: [vocabularySchema()] })
  const validators = KEYWORDS.map(
    (keyword) => [keyword, compile({ $ref: `${ID}#/$defs/${keyword}` })] as const,
  )
  return Object.fromEntries(validators) as Record<Keyword, Validator>
})
