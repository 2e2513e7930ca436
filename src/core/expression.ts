import { createRequire } from 'node:module'
import { MockError } from './errors.ts'
import { shorten } from './text.ts'

/** A regular expression as people write it for hookproof: `/^a+$/i`. */
type Expression =
  | { /** @throws MockError (input) for a text that is too long */ readonly test: (text: string) => boolean }
  | { readonly issue: ExpressionIssue }

/** Why a regular expression cannot be used. */
export interface ExpressionIssue {
  /** Ends a sentence. */
  readonly reason: string
  readonly hint?: string
  /** JavaScript would take it. */
  readonly isValid: boolean
}

const MOST_KEPT = 200

/** Compiling takes longer than matching, and a step that waits matches again and again. */
const known = new Map<string, Expression>()

/** `/hooks/app` is a path: not all letters behind its last slash are flags of JavaScript. */
const FORM = /^\/(.+)\/([dgimsuvy]*)$/s

/** Those of JavaScript that say nothing about whether there is a match, or need its engine. */
const UNSUPPORTED_FLAG = /[dgvy]/

/**
 * Reads `/source/flags`, with the flags `i`, `m`, `s` and `u`; null for a text of another form.
 *
 * Syntax and meaning are those of JavaScript, but RE2 matches it, in time that is linear in the text: JavaScript's own
 * engine backtracks, and takes longer for `(a+)+$` and 40 characters than anybody waits. What needs backtracking is refused.
 */
export function readExpression(text: string): Expression | null {
  const [, source, flags = ''] = FORM.exec(text) ?? []
  if (source === undefined) return null
  const found = known.get(text)
  if (found !== undefined) return found
  if (known.size >= MOST_KEPT) known.clear()
  const fresh = compile(text, source, flags)
  known.set(text, fresh)
  return fresh
}

const LONGEST_SOURCE = 10_000

function compile(text: string, source: string, flags: string): Expression {
  const shown = shorten(text)
  if (source.length > LONGEST_SOURCE)
    return { issue: { reason: `${shown} is longer than 10,000 characters`, isValid: true } }
  try {
    new RegExp(source, flags)
  } catch (error) {
    const [, cause = 'it cannot be read'] = /: ([^:]+)$/.exec((error as Error).message) ?? []
    return { issue: { reason: `${shown} is no regular expression: ${lowerFirst(cause)}`, isValid: false } }
  }
  const [flag] = UNSUPPORTED_FLAG.exec(flags) ?? []
  if (flag !== undefined)
    return {
      issue: {
        reason: `${shown} has the flag ${flag}, which is not supported`,
        hint: `The flags are i, m, s and u; for this very text, write it as a pattern: ${shorten(exactly(text))}.`,
        isValid: true,
      },
    }
  try {
    return { test: createTest(shown, source, flags) }
  } catch (error) {
    const reason = `${shown} cannot be matched in linear time: ${engineReason(error as Error)}`
    const hint = error instanceof NeedsBacktracking ? { hint: error.hint } : {}
    return { issue: { reason, ...hint, isValid: true } }
  }
}

/** The expression that matches one text alone. */
function exactly(text: string): string {
  return `/^${text.replaceAll(/[/\\^$.*+?()[\]{}|]/g, '\\$&')}$/`
}

/**
 * Whether JavaScript's engine could take more time for a pattern than in proportion to a text: it can try several ways
 * only where several parts may have several lengths, or where the match may begin anywhere.
 */
export function mayBacktrack(pattern: string): boolean {
  const bare = pattern.replaceAll(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]/g, 'x')
  const repeats = bare.match(/[*+]|\{\d+,\d*\}|(?<!\()\?/g)?.length ?? 0
  if (repeats === 0) return /\)\{/.test(bare)
  return repeats > 1 || !bare.startsWith('^') || /\)[*+?{]|\|/.test(bare)
}

interface SchemaRegExp {
  readonly test: (text: string) => boolean
  readonly toString: () => string
}

/**
 * The pattern of a schema as ajv has it, for its option `code.regExp`. What RE2 cannot say, JavaScript matches: unlike
 * a pattern of hookproof's own files, it has to mean what JSON Schema says.
 */
export const schemaRegExp = Object.assign(
  (pattern: string, flags: string): SchemaRegExp => {
    const native = new RegExp(pattern, flags)
    if (!mayBacktrack(pattern)) return native
    try {
      const linear = linearEngine().compile(translate(pattern, flags))
      return { test: (text) => linear.test(text), toString: () => native.toString() }
    } catch {
      return native
    }
  },
  { code: 'schemaRegExp' },
)

/** RE2's steps for one character times the characters: about a second, where its fast ways fail. */
const MOST_WORK = 50_000_000

function createTest(shown: string, source: string, flags: string): (text: string) => boolean {
  const expression = linearEngine().compile(translate(source, flags))
  const longest = Math.floor(MOST_WORK / expression.programSize())
  // For RE2 only \n ends a line.
  const hasOtherEnds = flags.includes('m') && !/\\(?:r|x0d|u000d|u\{0*d\})/i.test(source)
  return (text) => {
    if (text.length > longest)
      throw new MockError(
        'input',
        'TEXT_TOO_LONG',
        `Failed to match ${shown}: the text has ${text.length} characters, and this expression takes ${longest} at most.`,
        { hint: 'Write a simpler expression, or expect a shorter part of the text.' },
      )
    return expression.test(hasOtherEnds ? text.replaceAll(/[\r\u2028\u2029]/g, '\n') : text)
  }
}

let engine: typeof import('re2js').RE2JS | undefined

/** Loaded when first needed: it takes 20 ms, and most commands match nothing. */
function linearEngine(): typeof import('re2js').RE2JS {
  engine ??= (createRequire(import.meta.url)('re2js') as typeof import('re2js')).RE2JS
  return engine
}

/** What RE2 says, https://github.com/google/re2/wiki/Syntax. */
const ENGINE_REASONS: readonly (readonly [message: RegExp, reason: string])[] = [
  [/repeat count/, 'it repeats something more than 1,000 times'],
  [/nests too deeply/, 'it is nested too deeply'],
  [/too large/, 'it is too large'],
]

function engineReason({ message }: Error): string {
  const reason = ENGINE_REASONS.find(([pattern]) => pattern.test(message))?.[1]
  return reason ?? lowerFirst(message.replace(/^error parsing regexp: /, ''))
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

class NeedsBacktracking extends Error {
  readonly hint: string

  constructor(reason: string, hint: string) {
    super(reason)
    this.hint = hint
  }
}

const ESCAPE = String.raw`\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[A-Za-z]|[pP]\{[^}]*\}|k<[^>]*>|0\d|[\s\S])`

const ATOM = new RegExp(
  String.raw`(?<escaped>${ESCAPE})|(?<members>\[(?:\\[\s\S]|[^\]\\])*\])|(?<group>\(\?(?:<[=!]|<[^>]*>|[=!]|[a-z-]+:))|\.`,
  'gu',
)

/** In a class. A hyphen beside a set such as `\d` stands for itself. */
const MEMBER = new RegExp(String.raw`(?<set>\\[dDsSwW])-|-(?=\\[dDsSwW])|(?<escaped>${ESCAPE})|\[`, 'gu')

/** JavaScript's white space, of which RE2's `\s` has less: https://tc39.es/ecma262/#sec-white-space */
const SPACES = String.raw`\t-\r \xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`

const NO_SPACES = String.raw`\x00-\x08\x0e-\x1f!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`

/** A JavaScript expression in the syntax of RE2. */
function translate(source: string, flags: string): string {
  const isUnicode = flags.includes('u')
  const translated = source.replaceAll(ATOM, (atom, ...rest) => {
    const { escaped, members, group } = rest.at(-1) as Readonly<Record<string, string | undefined>>
    if (escaped !== undefined) return translateEscape(escaped, isUnicode, false)
    if (members !== undefined) return translateClass(members, isUnicode)
    if (group !== undefined) return translateGroup(group)
    return flags.includes('s') ? atom : String.raw`[^\n\r\x{2028}\x{2029}]`
  })
  const prefix = flags.replace('u', '')
  return prefix === '' ? translated : `(?${prefix})${translated}`
}

/** What is in a group is not asked for, so its name may go. */
function translateGroup(group: string): string {
  if (/^\(\?<[^=!]/.test(group)) return '(?:'
  if (/^\(\?<?[=!]/.test(group))
    throw new NeedsBacktracking(
      `it looks ${group.includes('<') ? 'behind' : 'ahead'} with ${group}…)`,
      'Match the text itself instead.',
    )
  throw new NeedsBacktracking(`it changes its flags with ${group}…)`, 'Write the flags at its end.')
}

function translateClass(members: string, isUnicode: boolean): string {
  if (members === '[]') return String.raw`[^\x00-\x{10ffff}]`
  if (members === '[^]') return String.raw`[\x00-\x{10ffff}]`
  const inner = members.slice(1, -1).replaceAll(MEMBER, (member, ...rest) => {
    const { set, escaped } = rest.at(-1) as Readonly<Record<string, string | undefined>>
    if (set !== undefined) return `${translateEscape(set, isUnicode, true)}\\-`
    return escaped === undefined ? `\\${member}` : translateEscape(escaped, isUnicode, true)
  })
  return `[${inner}]`
}

function translateEscape(escaped: string, isUnicode: boolean, inClass: boolean): string {
  const rest = escaped.slice(1)
  const letter = rest.charAt(0)
  if (/^(?:[1-9]|0.)/.test(rest)) throw refersBack(escaped)
  switch (letter) {
    case 's':
      return inClass ? SPACES : `[${SPACES}]`
    case 'S':
      return inClass ? NO_SPACES : `[${NO_SPACES}]`
    case '0':
      return hex(0)
    case 'b':
    case 'B':
      return inClass ? (letter === 'b' ? hex(8) : letter) : escaped
    case 'c':
      return rest === 'c' ? String.raw`\\c` : hex(rest.charCodeAt(1) % 32)
    case 'k':
      if (rest !== 'k') throw refersBack(escaped)
      return rest
    case 'p':
    case 'P':
      return isUnicode ? escaped.replace(/\{(?:Script|sc|General_Category|gc)=/, '{') : rest
    case 'u':
    case 'x':
      return translateHex(rest, isUnicode)
    default:
      // Of what is left, only these and punctuation have a meaning; the rest stands for itself.
      return /[dDwWtnrfv]/.test(letter) || /[!-/:-@[-`{-~]/.test(letter) ? escaped : rest
  }
}

function refersBack(escaped: string): NeedsBacktracking {
  return new NeedsBacktracking(
    `it refers back to a group with ${escaped}`,
    String.raw`Write out what it refers to, or \x01 for the character.`,
  )
}

/** `x41`, `u0041`, `u{41}` or two halves of a pair; a lone letter where no number follows. */
function translateHex(rest: string, isUnicode: boolean): string {
  const digits = /^(?:x|u)\{?([\da-fA-F]+)/.exec(rest)?.[1]
  if (digits === undefined || (rest.charAt(1) === '{' && !isUnicode)) return rest
  const low = /\\u(.{4})$/.exec(rest)?.[1]
  const first = Number.parseInt(digits, 16)
  return hex(
    low === undefined ? first : 0x10000 + ((first - 0xd800) << 10) + Number.parseInt(low, 16) - 0xdc00,
  )
}

function hex(codePoint: number): string {
  return `\\x{${codePoint.toString(16)}}`
}
