import { isJsonObject, type Json, type JsonObject, pointerSteps } from '../../core/json.ts'
import type { ScenarioProblem } from '../problem.ts'

/** What of a file can be judged further when something in its outline is wrong. */
export interface SoundPart {
  readonly file: JsonObject
  /** Names that what was left out may have given: later steps are not to be blamed for them. */
  readonly lost: readonly string[]
}

/** Members of which one that is wrong says nothing about those beside it. */
const COLLECTIONS: ReadonlySet<string> = new Set(['vars', 'webhooks', 'faults'])

/** A file without what its outline's problems are about. Steps stay where they are, or their numbers would change. */
export function soundPart(file: JsonObject, outline: readonly ScenarioProblem[]): SoundPart {
  const sound: Record<string, Json> = { ...file }
  const lost: string[] = []
  for (const { pointer } of outline) {
    const [member, entry] = pointerSteps(pointer)
    if (member === undefined || (member === 'steps' && entry !== undefined)) continue
    const value = sound[member]
    if (entry !== undefined && COLLECTIONS.has(member) && isJsonObject(value)) {
      const { [entry]: _wrong, ...others } = value
      sound[member] = others
      lost.push(entry)
    } else {
      if (isJsonObject(value)) lost.push(...Object.keys(value))
      delete sound[member]
    }
  }
  return { file: sound, lost }
}
