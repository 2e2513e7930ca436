import { type ClockMode, parseClockMode } from '../core/clock.ts'
import { readDuration } from '../core/duration.ts'
import { suggestion } from '../core/nearest.ts'
import { BadValue, type Reader } from './flag.ts'

/** What the texts of flags are read into. Each refuses with the reason that ends `Failed to read --flag: …`. */

export const text: Reader<string> = (given) => {
  if (given === '') throw new BadValue('it is empty')
  return given
}

export const port: Reader<number> = (given) => {
  const number = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN
  if (!(number <= 65_535)) throw new BadValue(`"${given}" is not a port`, 'Write a number from 0 to 65535.')
  return number
}

export function count(least: number, most: number): Reader<number> {
  return (given) => {
    const number = /^\d+$/.test(given) ? Number(given) : Number.NaN
    if (!(number >= least && number <= most))
      throw new BadValue(`"${given}" is not a number from ${least} to ${most}`)
    return number
  }
}

export const duration: Reader<number> = (given) => {
  const ms = readDuration(given)
  if (ms === undefined)
    throw new BadValue(`"${given}" is not a duration`, 'Write a number and a unit, such as 250ms, 10s or 6m.')
  return ms
}

export const clock: Reader<ClockMode> = (given) => parseClockMode(given)

export function oneOf<T extends string>(known: readonly T[]): Reader<T> {
  return (given) => {
    const found = known.find((word) => word === given)
    if (found === undefined) throw new BadValue(`"${given}" is not known`, suggestion(given, known))
    return found
  }
}

/** `3000`, `localhost:3000/hooks` and `http://…` alike. */
export const receiverUrl: Reader<string> = (given) => {
  const full = /^\d+(\/|$)/.test(given)
    ? `http://127.0.0.1:${given}`
    : /^[a-z][a-z0-9+.-]*:\/\//i.test(given)
      ? given
      : `http://${given}`
  if (!isHttp(full)) throw new BadValue(`"${given}" is not a URL`, 'Write it as http://127.0.0.1:3000/hooks.')
  return full
}

export const serverUrl: Reader<string> = (given) => receiverUrl(given).replace(/\/+$/, '')

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

/** A text that may begin with the id of a provider: `acme=http://…`. */
export interface ForProvider {
  readonly provider: string | undefined
  readonly value: string
}

/** `[ID=]URL`: an id never holds a colon, so a query's `=` is not taken for one. */
export const forProviderUrl: Reader<ForProvider> = (given) => {
  const [, provider, rest] = /^([a-z0-9][a-z0-9-]*)=(.+)$/s.exec(given) ?? []
  return { provider, value: receiverUrl(rest ?? given) }
}

/** `FROM=TO`: FROM an origin, the beginning of a URL, or `*`. */
export const forwarding: Reader<{ readonly from: string; readonly to: string }> = (given) => {
  const [, from = '', to = ''] = /^(.*?)=((?:https?:\/\/|\d|localhost).*)$/is.exec(given) ?? []
  if (from === '' || (from !== '*' && !isHttp(from)))
    throw new BadValue(
      `"${given}" is not FROM=TO`,
      'Write it as https://example.be=http://127.0.0.1:3000, or *=http://127.0.0.1:3000.',
    )
  return { from, to: receiverUrl(to) }
}

/** `NAME: value`, as curl takes it. */
export const header: Reader<readonly [name: string, value: string]> = (given) => {
  const [, name, content] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(given) ?? []
  if (name === undefined || content === undefined)
    throw new BadValue(`"${given}" is not a header`, 'Write it as "X-Name: value".')
  return [name, content]
}
