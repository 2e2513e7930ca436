import { MockError } from '../core/errors.ts'
import { parseUrl } from '../core/parse-url.ts'

export interface ForwardRule {
  /** An origin, a URL prefix, or `*`. */
  readonly from: string
  readonly to: string
}

export interface Forward {
  readonly to: URL
  /** Where a URL goes instead; undefined when this rule does not fit it. */
  apply(url: URL): URL | undefined
}

/** The most particular rule first. */
export function readForwards(rules: readonly ForwardRule[]): readonly Forward[] {
  return rules.toSorted((a, b) => lengthOf(b.from) - lengthOf(a.from)).map(readForward)
}

const lengthOf = (from: string) => (from === '*' ? 0 : from.length)

function readForward({ from, to }: ForwardRule): Forward {
  const target = readUrl(to)
  if (from === '*') return { to: target, apply: (url) => joined(target, url.pathname, url.search) }
  const prefix = readUrl(from)
  const path = prefix.pathname.replace(/\/$/, '')
  return {
    to: target,
    apply(url) {
      const isBelow = url.pathname === path || url.pathname.startsWith(`${path}/`)
      if (url.origin !== prefix.origin || !isBelow) return undefined
      return joined(target, url.pathname.slice(path.length), url.search)
    },
  }
}

/** The rest of the path and the query are kept, below the target's own path. */
function joined(target: URL, rest: string, search: string): URL {
  const url = new URL(target)
  const own = target.pathname.replace(/\/$/, '')
  url.pathname = rest === '' ? target.pathname : own + rest
  url.search = search
  return url
}

function readUrl(text: string): URL {
  const url = parseUrl(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') return url
  throw new MockError(
    'input',
    'BAD_FORWARD',
    `Failed to read the forwarding: "${text}" is no http or https address.`,
    {
      hint: 'Write --forward https://example.be=http://127.0.0.1:3000, or * for every address.',
    },
  )
}
