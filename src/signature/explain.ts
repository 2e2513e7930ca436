import { headerOf } from '../core/headers.ts'
import { isJsonObject, type Json, parsedJson } from '../core/json.ts'
import { HASHES, type SignatureKey } from '../spec/vocabulary.ts'
import { algorithmOf, type ContentScheme, type Hash } from './algorithms.ts'
import { keyBytes } from './keys.ts'
import { renderBytes, type SignedMessage, shapeOf, usesToken } from './template.ts'

interface BodyVariant {
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

/** A secret, and how it becomes a key. */
interface Reading {
  readonly secret: string
  readonly key: SignatureKey | undefined
}

/** Other readings of a shared secret than the scheme's own. */
function keyVariants(secret: string, own: SignatureKey = {}): readonly Supposition[] {
  const prefix = own.prefix ?? /^[a-z]+_/i.exec(secret)?.[0] ?? ''
  const bare = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret
  const after = prefix === '' ? '' : ` after its prefix ${prefix}`
  const readings: readonly (readonly [secret: string, encoding: 'utf8' | 'hex' | 'base64', how: string])[] = [
    [secret, 'utf8', 'the whole secret as text'],
    [bare, 'utf8', `the secret as text without its prefix ${prefix}`],
    [bare, 'base64', `the secret decoded from base64${after}`],
    [bare, 'hex', `the secret decoded from hex${after}`],
    [secret.trim(), 'utf8', 'the secret without the white space around it'],
    [`${secret}\n`, 'utf8', 'the secret with a line end after it'],
    [secret.replace(/^(["'])(.*)\1$/, '$2'), 'utf8', 'the secret without the quotes around it'],
  ]
  const expected = keyBytes(secret, own)
  return readings
    .filter(([text, encoding]) => !keyBytes(text, { encoding }).equals(expected))
    .map(([text, encoding, how]) => ({
      reading: { secret: text, key: { encoding } },
      sentence: `The signature fits ${how} as the key; this scheme takes ${describeKey(own)}.`,
    }))
}

function describeKey({ prefix, encoding = 'utf8' }: SignatureKey): string {
  const how = encoding === 'utf8' ? 'as text' : `decoded from ${encoding}`
  return prefix === undefined ? `the whole secret ${how}` : `what follows ${prefix}, ${how}`
}

/** How a receiver may see its own URL in another way than the provider, who signed the registered one. */
function urlVariants(url: string): readonly Supposition[] {
  const { origin, pathname, search } = new URL(url)
  const other = url.startsWith('https:') ? url.replace('https:', 'http:') : url.replace('http:', 'https:')
  const slash = pathname.endsWith('/') ? pathname.slice(0, -1) : `${pathname}/`
  const variants = [
    [other, 'another scheme, http or https: behind a proxy, take the public URL'],
    [origin + slash + search, 'another slash at the end of its path'],
    [origin + pathname, 'no query'],
  ] as const
  return variants
    .filter(([variant]) => variant !== url)
    .map(([variant, how]) => ({
      url: variant,
      sentence: `The signature fits the URL ${variant}, which has ${how}.`,
    }))
}

/** One way in which the signer may have differed from the scheme. */
interface Supposition {
  readonly sentence: string
  readonly body?: Uint8Array
  readonly url?: string
  readonly reading?: Reading
  readonly hash?: Hash
  readonly template?: string
}

/** A signature that is not valid, and what it was verified with. */
interface Refused {
  readonly secrets: readonly string[]
  readonly message: SignedMessage
  readonly digests: readonly string[]
}

const UNKNOWN =
  'None of the usual causes fits: the secret is probably another one, or the body was changed on its way.'

const TEMPLATES = [
  '{body}',
  '{timestamp}.{body}',
  '{timestamp}{body}',
  '{timestamp}:{body}',
  '{id}.{timestamp}.{body}',
]

// Pairs of suppositions hash the body some hundred times, which takes noticeably long beyond this size.
const LARGEST_FOR_PAIRS = 1 << 20

/** The likeliest cause of a wrong digest, found by trying: one cause first, then two at once. */
export function explainMismatch(scheme: ContentScheme, refused: Refused): string {
  const { secrets, message, digests } = refused
  // The digest may be written in another way than the scheme's.
  const hex = digests.flatMap((digest) => [
    digest.toLowerCase(),
    Buffer.from(digest, 'base64').toString('hex'),
  ])
  const own = secrets.map((secret): Reading => ({ secret, key: scheme.key }))
  const fits = ({ body, url, reading, hash, template }: Omit<Supposition, 'sentence'>) => {
    const seen = { ...message, body: body ?? message.body, url: url ?? message.url }
    const content = renderBytes(template ?? scheme.content ?? '{body}', seen)
    const algorithm = algorithmOf(scheme, hash)
    return (reading === undefined ? own : [reading]).some(({ secret, key }) =>
      algorithm.keys === 'shared'
        ? hex.includes(algorithm.sign(content, secret, key).toString('hex'))
        : algorithm.verify(content, secret, key, digests, scheme.digest),
    )
  }
  if (scheme.scheme === 'hmac' && fits({})) return wrongWriting(scheme.digest, digests)
  const kinds = suppositions(scheme, refused)
  const one = kinds.flat().find(fits)
  if (one !== undefined) return one.sentence
  if (message.body.length > LARGEST_FOR_PAIRS) return UNKNOWN
  const two = pairs(kinds).find(([first, second]) => fits({ ...first, ...second }))
  return two === undefined ? UNKNOWN : `Two things at once: ${two.map(({ sentence }) => sentence).join(' ')}`
}

function suppositions(
  scheme: ContentScheme,
  { secrets, message }: Refused,
): readonly (readonly Supposition[])[] {
  const own = scheme.content ?? '{body}'
  const templates = TEMPLATES.filter((template) => template !== own).map((template) => ({
    template,
    sentence: `The signature fits the text ${template}; this scheme signs ${own}.`,
  }))
  const urls = usesToken(own, 'url') ? urlVariants(message.url) : []
  const bodies = bodyVariants(message.body)
  if (scheme.scheme !== 'hmac') return [bodies, templates, urls]
  const hashes = HASHES.filter((hash) => hash !== scheme.hash).map((hash) => ({
    hash,
    sentence: `The signature fits ${hash}; this scheme uses ${scheme.hash}.`,
  }))
  return [secrets.flatMap((secret) => keyVariants(secret, scheme.key)), bodies, hashes, templates, urls]
}

function wrongWriting(expected: string, digests: readonly string[]): string {
  const found = digests.some((digest) => /^[0-9a-f]+$/i.test(digest)) ? 'hex' : 'base64'
  if (found === 'hex' && expected === 'hex')
    return 'The digest is right but in upper-case hex; this scheme writes lower case.'
  return `The digest is right but written in ${found}${found === expected ? ' without its padding' : ''}; this scheme writes ${expected}.`
}

function pairs(kinds: readonly (readonly Supposition[])[]): readonly (readonly [Supposition, Supposition])[] {
  return kinds.flatMap((kind, i) =>
    kind.flatMap((first) =>
      kinds.slice(i + 1).flatMap((later) => later.map((second) => [first, second] as const)),
    ),
  )
}

/** A header of the wrong form that has the right digest in it all the same; undefined when that is not so. */
export function explainWriting(
  scheme: ContentScheme,
  secrets: readonly string[],
  message: SignedMessage,
): string | undefined {
  const template = scheme.content ?? '{body}'
  // A header of the wrong form may lack the timestamp and the id, so their content is not known.
  if (scheme.scheme !== 'hmac' || usesToken(template, 'timestamp') || usesToken(template, 'id'))
    return undefined
  const content = renderBytes(template, message)
  const digests = secrets.map((secret) =>
    algorithmOf(scheme).sign(content, secret, scheme.key).toString(scheme.digest),
  )
  for (const [name, shape] of Object.entries(scheme.headers)) {
    const value = headerOf(message.headers, name)
    if (value !== undefined && digests.some((digest) => value.includes(digest)))
      return `The digest in ${name} is right, but the header should look like ${shapeOf(scheme, shape)}.`
  }
  return undefined
}
