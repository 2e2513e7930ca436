import type { Finding } from './messages.ts'
import type { PrismDiagnostic } from './prism.ts'

/** Prism gives the name of a missing or undeclared child in its text alone. */
const CHILD_TEXTS: Readonly<Record<string, RegExp>> = {
  required: /must have required property '(.+)'$/,
  dependentRequired: /must have propert(?:y|ies) (\S+) when property/,
  additionalProperties: /; found '(.+)'$/,
  unevaluatedProperties: /: '(.+)'$/,
}

/** Texts of diagnostics that carry neither path nor code, and what they are about. */
const TEXTS: readonly (readonly [RegExp, location: string, rule: string])[] = [
  [/^Unable to match the returned status code/, 'status', 'status'],
  [/media type/, 'header/content-type', 'media-type'],
  [/^Body parameter is required/, 'body', 'required'],
]

/** A diagnostic of Prism as a finding. `names` are the declared parameter names; Prism knows them in lower case only. */
export function prismFinding(diagnostic: PrismDiagnostic, names: readonly string[] = []): Finding {
  const { message } = diagnostic
  if (Number(diagnostic.code) === 415) return { location: 'header/content-type', rule: 'media-type', message }
  const known = TEXTS.find(([text]) => text.test(message))
  if (diagnostic.path === undefined || diagnostic.path.length === 0)
    return {
      location: known?.[1] ?? 'message',
      rule: known?.[2] ?? String(diagnostic.code ?? 'contract'),
      message,
    }
  const rule = String(diagnostic.code ?? 'contract')
  const [place, ...steps] = diagnostic.path.map(String)
  const child = CHILD_TEXTS[rule]?.exec(message)?.[1]
  const path = [...steps.map(unescaped), ...(child === undefined ? [] : [child])]
  return { location: locationOf(place ?? 'message', path, names), rule, message }
}

function locationOf(place: string, path: readonly string[], names: readonly string[]): string {
  const [first, ...rest] = path
  if (first === undefined) return place
  const declared = place === 'body' ? first : (names.find((name) => name.toLowerCase() === first) ?? first)
  return [place, place === 'header' ? declared.toLowerCase() : declared, ...rest].join('/')
}

/** Prism splits ajv's JSON pointers without undoing their escapes. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
