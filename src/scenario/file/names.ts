import type { Json, JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import { type Issue, issue } from '../../schema/issue.ts'
import { type PlacedReference, referencesIn } from '../references.ts'

/** What a name stands for, which decides what may be asked of it. `unknown`: given by a part that is wrong. */
type Meaning = 'value' | 'event' | 'answer' | 'webhook' | 'fault' | 'built-in' | 'unknown'

interface Kind {
  readonly title: string
  /** The members that it has; null: not known before the run. */
  readonly members: readonly string[] | null
}

const KINDS: Readonly<Record<Exclude<Meaning, 'built-in'>, Kind>> = {
  unknown: { title: 'name', members: null },
  value: { title: 'variable', members: null },
  event: { title: 'event', members: ['id', 'event', 'type', 'occurredAt', 'body'] },
  answer: { title: 'answer', members: ['status', 'headers', 'body'] },
  webhook: { title: 'webhook', members: ['id', 'secret', 'url', 'provider', 'account', 'fields'] },
  fault: { title: 'fault', members: [] },
}

/** Names that every scenario has. */
const BUILT_INS: readonly string[] = ['receiver', 'mock', 'env', 'secret', 'here']

/** Those that stand for nothing unless a member of them is named. */
const NEVER_ALONE: readonly string[] = ['env', 'secret']

/** A name that a part of the file gives, and where it does: below that part. */
export interface GivenName {
  readonly name: string
  readonly meaning: Meaning
  readonly pointer: string
}

/** The names of a scenario file, up to the part that is being checked. */
export interface Names {
  /** From now on these are known. Answers what is wrong with those that mean something else already. */
  give(given: readonly GivenName[], at: string): readonly Issue[]
  /** `$references` to names that there are not yet, and to members that what they name never has. */
  checkReferences(value: Json | undefined, at: string): readonly Issue[]
  /** A name that has to stand for something of a kind; null and undefined: none is needed. */
  check(
    name: string | null | undefined,
    as: 'event' | 'answer' | 'webhook' | 'fault',
    at: string,
  ): readonly Issue[]
}

/**
 * @param providers ids of the providers, which `$mock` has as members
 * @param removed names that wrong parts of the file may give: their uses are not reported
 */
export function createNames(providers: readonly string[], removed: readonly string[]): Names {
  const meanings = new Map<string, Meaning>([
    ...removed.map((name) => [name, 'unknown'] as const),
    ...BUILT_INS.map((name) => [name, 'built-in'] as const),
  ])
  const namesOf = (meaning: Meaning) =>
    [...meanings].flatMap(([name, one]) => (one === meaning ? [name] : []))
  const builtInMembers = (name: string): readonly string[] | null => {
    const members: Readonly<Record<string, readonly string[] | null>> = {
      receiver: ['origin', 'host', 'port', 'path'],
      mock: providers,
      env: null,
      secret: namesOf('webhook'),
      here: [],
    }
    return members[name] ?? null
  }
  const checkReference = ({ name, path, pointer }: PlacedReference): readonly Issue[] => {
    const meaning = meanings.get(name)
    if (meaning === undefined || meaning === 'fault') return [unknownReference(name, pointer, meanings)]
    const members = meaning === 'built-in' ? builtInMembers(name) : KINDS[meaning].members
    const [member] = path
    if (member === undefined) {
      if (!NEVER_ALONE.includes(name)) return []
      const hint =
        name === 'env' ? 'Write $env.NAME.' : 'Write $secret and the name of a webhook: $secret.app.'
      return [issue(pointer, `$${name} alone stands for nothing`, hint)]
    }
    if (members === null || members.includes(member)) return []
    const hint =
      members.length === 0 ? `Where the text goes on, write \${${name}}.` : suggestion(member, members)
    return [issue(pointer, `$${name} has no "${member}"`, hint)]
  }
  return {
    give: (given, at) =>
      given.flatMap((one) => {
        const issues = takenIssues(one, at, meanings.get(one.name))
        meanings.set(one.name, one.meaning)
        return issues
      }),
    checkReferences: (value, at) =>
      value === undefined ? [] : referencesIn(value, at).flatMap(checkReference),
    check(name, as, at) {
      if (name === null || name === undefined) return []
      const meaning = meanings.get(name)
      if (meaning === as || meaning === 'unknown') return []
      const known = namesOf(as)
      const { title } = KINDS[as]
      const hint =
        known.length > 0
          ? suggestion(name, known)
          : as === 'webhook'
            ? 'Name one under "webhooks", or with a step: - register: {name: …, url: …}.'
            : `Nothing before this is ${withArticle(title)} with a name; give one with "as".`
      return [issue(at, `nothing before this is the ${title} "${name}"`, hint)]
    },
  }
}

function unknownReference(name: string, pointer: string, meanings: ReadonlyMap<string, Meaning>): Issue {
  const known = [...meanings].flatMap(([one, meaning]) => (meaning === 'fault' ? [] : [one]))
  const begin = known.find((one) => name.startsWith(`${one}-`))
  const near = suggestion(
    `$${name}`,
    known.map((one) => `$${one}`),
  )
  const hint =
    begin === undefined
      ? `${near} A dollar itself is written $$.`
      : `Where the text goes on, write \${${begin}}${name.slice(begin.length)}.`
  return issue(pointer, `nothing before this is called $${name}`, hint)
}

/** A name that means something else already, in the file or to hookproof itself. */
function takenIssues(
  { name, meaning, pointer }: GivenName,
  at: string,
  before: Meaning | undefined,
): readonly Issue[] {
  // A step may give a variable's name to what comes of it.
  if (before === undefined || before === 'value' || before === 'unknown') return []
  // A webhook may be registered anew under its name.
  if (before === meaning && pointer !== '/as') return []
  const whose =
    before === 'built-in'
      ? "a name of hookproof's own"
      : `the name of ${withArticle(KINDS[before].title)} already`
  const hint = `Choose another one${before === 'built-in' ? `; taken are ${BUILT_INS.join(', ')}` : ''}.`
  return [issue(`${at}${pointer}`, `"${name}" is ${whose}`, hint)]
}

function withArticle(title: string): string {
  return `${/^[aeiou]/.test(title) ? 'an' : 'a'} ${title}`
}

/** The webhook that a fault is for, where it is named as it is in the file. */
export function faultWebhookIssues(fault: JsonObject, at: string, names: Names): readonly Issue[] {
  const webhook = (fault.on as JsonObject | undefined)?.webhook
  if (typeof webhook !== 'string' || webhook.startsWith('$')) return []
  return names.check(webhook, 'webhook', `${at}/on/webhook`)
}
