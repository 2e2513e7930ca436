import type { AttemptView } from '../api/views.ts'
import { headerOf, sameHeader } from '../core/headers.ts'

/** Headers that curl makes itself, from the URL and the body. */
const OWN = new Set(['content-length', 'connection', 'transfer-encoding'])

/** Headers that curl adds unless told not to. */
const ADDED = ['Accept', 'User-Agent', 'Content-Type']

/** A shell command that sends the attempt's request again, byte for byte, to where it went. */
export function curlCommand({ request }: AttemptView): string {
  const target = request.sentTo ?? request.url
  const kept = request.headers.filter(
    ([name, value]) => !OWN.has(name.toLowerCase()) && !isHostOf(name, value, target),
  )
  const { pipe, data } = bodyParts(request)
  const parts = [
    `${pipe}curl -sS -i -X ${request.method} ${quoted(target)}`,
    // curl sends a header without a value only when a semicolon stands in the colon's place.
    ...kept.map(([name, value]) => `-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`),
    ...ADDED.filter((name) => headerOf(request.headers, name) === undefined).map(
      (name) => `-H ${quoted(`${name}:`)}`,
    ),
    ...data,
  ]
  return parts.join(' \\\n  ')
}

function isHostOf(name: string, value: string, target: string): boolean {
  return sameHeader(name, 'Host') && value === new URL(target).host
}

/** Bytes that a shell cannot hold in an argument are piped in. */
function bodyParts({ body, bodyEncoding }: AttemptView['request']): { pipe: string; data: string[] } {
  if (body === '') return { pipe: '', data: [] }
  if (bodyEncoding === 'utf8' && !body.includes('\0'))
    return { pipe: '', data: [`--data-raw ${quoted(body)}`] }
  const base64 = bodyEncoding === 'base64' ? body : Buffer.from(body).toString('base64')
  return { pipe: `printf %s ${base64} | base64 -d | `, data: ['--data-binary @-'] }
}

/** For sh: nothing inside single quotes is special, so only the quote itself has to leave them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
