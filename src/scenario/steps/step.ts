import type { Location } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { parseDuration } from '../../core/units.ts'
import type { Issue } from '../../schema/issue.ts'
import type { CheckContext } from '../file/check-context.ts'
import type { GivenName } from '../file/names.ts'
import type { ScenarioContext, StepOutcome } from '../run/context.ts'

/**
 * One kind of step, as a whole: how it is written, checked, described and run.
 *
 * @template S what the file says of it, read
 */
export interface StepDefinition<S> {
  /** What it does, for the documentation. */
  readonly about: string
  /** What may stand after its name. */
  readonly example: Json
  /** JSON Schema of what stands after its name. */
  readonly schema: JsonObject
  /** Schemas of the members that may stand beside its name. */
  readonly beside?: JsonObject
  /** Its name alone is enough: `- settle`. */
  readonly bare?: true
  /** What to write in place of `expect` and `capture` beside a step that does not take them. */
  readonly hints?: Readonly<Partial<Record<'expect' | 'capture', string>>>
  /** What is wrong with its form beyond what its schema can find. Pointers begin at the step. */
  checkForm?(value: Json): readonly Issue[]
  /**
   * @param value what stands after its name, as the schema allows it
   * @param step the whole step
   */
  read(value: Json, step: JsonObject, at: Location): S
  /** What is wrong with it in its place in the file; `context.at` is the place of its name. */
  check?(step: S, context: CheckContext): readonly Issue[]
  /** Names that later steps can use; pointers begin at the step. */
  names?(step: S, as: string | null): readonly GivenName[]
  /** In a few words, for the report. */
  describe(step: S): string
  /** @param as the name for what comes of it */
  run(context: ScenarioContext, step: S, as: string | null): Promise<StepOutcome>
}

/** What `as` names. */
export function namedAs(as: string | null, meaning: GivenName['meaning']): readonly GivenName[] {
  return as === null ? [] : [{ name: as, meaning, pointer: '/as' }]
}

/** A value alone stands for the most important member. */
export function asMembers(value: Json, main: string): JsonObject {
  return isJsonObject(value) ? value : { [main]: value }
}

export function readDuration(value: Json | undefined, otherwise: number): number {
  return typeof value === 'string' ? parseDuration(value) : otherwise
}

/** Members as strings: header lines, environment variables. */
export function readStrings(value: Json | undefined): Readonly<Record<string, string>> {
  const members = isJsonObject(value) ? Object.entries(value) : []
  return Object.fromEntries(members.map(([key, one]) => [key, String(one)]))
}
