import type { Json } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import { type PlacedReference, referencesIn } from '../references.ts'
import { builtInMembers, KINDS, type Names, NEVER_ALONE, valueNames } from './names.ts'

/** References to names that there are not yet, and to members that what they name never has. */
export function referenceProblems(
  value: Json,
  pointer: string,
  names: Names,
  providers: readonly string[],
): readonly ScenarioProblem[] {
  return referencesIn(value, pointer).flatMap((reference) => problemOf(reference, names, providers) ?? [])
}

function problemOf(
  { name, path, pointer }: PlacedReference,
  names: Names,
  providers: readonly string[],
): ScenarioProblem | null {
  const meaning = names.get(name)
  if (meaning === undefined || meaning === 'fault') return unknownName(name, pointer, names)
  const members = meaning === 'built-in' ? builtInMembers(name, { names, providers }) : KINDS[meaning].members
  const [member] = path
  if (member === undefined) {
    if (!NEVER_ALONE.includes(name)) return null
    const hint = name === 'env' ? 'Write $env.NAME.' : 'Write $secret and the name of a webhook: $secret.app.'
    return scenarioProblem(pointer, `$${name} alone stands for nothing`, hint)
  }
  if (members === null || members.includes(member)) return null
  const hint =
    members.length === 0 ? `Where the text goes on, write \${${name}}.` : suggestion(member, members)
  return scenarioProblem(pointer, `$${name} has no "${member}"`, hint)
}

function unknownName(name: string, pointer: string, names: Names): ScenarioProblem {
  const known = valueNames(names)
  const begin = known.find((one) => name.startsWith(`${one}-`))
  const near = suggestion(
    `$${name}`,
    known.map((one) => `$${one}`),
  )
  const hint =
    begin === undefined
      ? `${near} A dollar itself is written $$.`
      : `Where the text goes on, write \${${begin}}${name.slice(begin.length)}.`
  return scenarioProblem(pointer, `nothing before this is called $${name}`, hint)
}
