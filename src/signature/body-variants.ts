import { isJsonObject, type Json, parsedJson } from '../core/json.ts'

export interface BodyVariant {
  readonly body: Uint8Array
  readonly sentence: string
}

const RAW = 'verify the raw bytes, before anything parses them'
const again = (how: string) =>
  `The signature fits this body written again as ${how}: it was parsed and re-serialised; ${RAW}.`

const REWRITINGS: readonly (readonly [how: string, write: (json: Json) => string])[] = [
  ['compact JSON', (json) => JSON.stringify(json)],
  ['JSON indented by two spaces', (json) => JSON.stringify(json, null, 2)],
  ['JSON indented by four spaces', (json) => JSON.stringify(json, null, 4)],
  ['JSON indented by tabs', (json) => JSON.stringify(json, null, '\t')],
  ['JSON with a space after each comma and colon', spaced],
  ['compact JSON with sorted keys', (json) => JSON.stringify(sorted(json))],
  ['JSON with sorted keys and a space after each comma and colon', (json) => spaced(sorted(json))],
  ['JSON with escaped slashes', (json) => JSON.stringify(json).replaceAll('/', '\\/')],
  ['JSON with every character beyond ASCII escaped', (json) => escaped(JSON.stringify(json))],
  ['JSON with every character beyond ASCII escaped, and spaces', (json) => escaped(spaced(json))],
  [
    'JSON with slashes and every character beyond ASCII escaped',
    (json) => escaped(JSON.stringify(json)).replaceAll('/', '\\/'),
  ],
]

const EDITS: readonly (readonly [sentence: string, edit: (text: string) => string])[] = [
  [
    'The signature fits this body without the line end after it: something added one.',
    (text) => text.replace(/(\r?\n)+$/, ''),
  ],
  [
    `The signature fits this body with a line end after it: something took it off; ${RAW}.`,
    (text) => `${text}\n`,
  ],
  [
    'The signature fits this body with the line ends LF in place of CRLF: something changed them.',
    (text) => text.replaceAll('\r\n', '\n'),
  ],
  [
    'The signature fits this body with the line ends CRLF in place of LF: something changed them.',
    (text) => text.replaceAll(/(?<!\r)\n/g, '\r\n'),
  ],
  [
    'The signature fits this body without the byte order mark at its start.',
    (text) => text.replace(/^\ufeff/, ''),
  ],
  ['The signature fits this body without white space around it.', (text) => text.trim()],
  [`The signature fits an empty body: the body was read before the check; ${RAW}.`, () => ''],
]

/** What the body may have been before something on its way changed it. */
export function bodyVariants(body: Uint8Array): readonly BodyVariant[] {
  const text = Buffer.from(body).toString()
  const json = parsedJson(text)
  const variants = [
    ...EDITS.map(([sentence, edit]) => ({ sentence, text: edit(text) })),
    ...(json === undefined
      ? []
      : REWRITINGS.map(([how, write]) => ({ sentence: again(how), text: write(json) }))),
  ]
  return variants
    .filter((variant) => variant.text !== text)
    .map((variant) => ({ sentence: variant.sentence, body: Buffer.from(variant.text) }))
}

function spaced(json: Json): string {
  if (Array.isArray(json)) return `[${json.map(spaced).join(', ')}]`
  if (!isJsonObject(json)) return JSON.stringify(json)
  return `{${Object.entries(json)
    .map(([key, value]) => `${JSON.stringify(key)}: ${spaced(value)}`)
    .join(', ')}}`
}

function sorted(json: Json): Json {
  if (Array.isArray(json)) return json.map(sorted)
  if (!isJsonObject(json)) return json
  return Object.fromEntries(
    Object.entries(json)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, sorted(value)]),
  )
}

function escaped(text: string): string {
  return text.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
