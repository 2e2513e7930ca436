import type { DeliveryView } from '../api/views.ts'
import type { Coverage } from '../core/coverage.ts'
import type { Location } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { Mismatch } from '../core/match.ts'
import type { Violation } from '../core/model.ts'
import { shellWord } from '../core/text.ts'

interface Reproduction {
  readonly file: string
  /** Null: whatever comes. */
  readonly seed: string | null
  readonly set: JsonObject
  /** Further words, such as `--receiver URL` or `-- node server.js`. */
  readonly more: readonly string[]
}

/** The command line that runs a scenario again in the same way. */
export function reproduceLine({ file, seed, set, more }: Reproduction): string {
  const vars = Object.entries(set).flatMap(([name, value]) => [
    '--set',
    typeof value === 'string' ? `${name}=${value}` : `${name}:=${JSON.stringify(value)}`,
  ])
  const seeded = seed === null ? [] : ['--seed', seed]
  const [own, command] = splitAtDashes(more)
  return ['hookproof', 'run', file, ...seeded, ...vars, ...own, ...command].map(shellWord).join(' ')
}

function splitAtDashes(words: readonly string[]): readonly [readonly string[], readonly string[]] {
  const at = words.indexOf('--')
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at)]
}

export type { Mismatch }

/** What became of a step. `broken`: it could not be run, by a mistake of the file or for the environment. */
export interface StepResult {
  /** Counts from 1. */
  readonly number: number
  readonly kind: string
  /** `trigger note.created as note`. */
  readonly title: string
  readonly at: Location
  readonly status: 'passed' | 'failed' | 'broken' | 'skipped'
  readonly durationMs: number
  readonly mismatches: readonly Mismatch[]
  /** For people, where it is broken: what, why, and what to do next. */
  readonly error: { readonly message: string; readonly exitCode: number } | null
  /** Deliveries that a failed expectation looked at. */
  readonly deliveries: readonly DeliveryView[]
}

export interface ScenarioResult {
  readonly file: string
  readonly name: string
  readonly providers: readonly string[]
  /** The seed that it ran with, given or made up. */
  readonly seed: string
  readonly clock: string
  /** `skipped`: an earlier one failed under --bail, or the receiver is not up. */
  readonly status: 'passed' | 'failed' | 'broken' | 'skipped'
  /** Why it is skipped or broken, where no step says so. */
  readonly reason: string | null
  readonly startedAt: number
  readonly durationMs: number
  readonly steps: readonly StepResult[]
  /** Everything that was on its way while it ran, oldest first. */
  readonly deliveries: readonly DeliveryView[]
  /** What the file calls events and webhooks, by their ids. */
  readonly names?: Readonly<Record<string, string>>
  readonly violations: readonly Violation[]
  /** What it exercised of the providers' documents; absent where it never began. */
  readonly coverage?: Coverage
  /** The command line that runs it again in the same way. */
  readonly reproduce: string
  /** Exit code that it asks for: 0, 1, 2, 3 or 5. */
  readonly exitCode: number
}

/** What a run reports while it goes on. */
export type RunProgress =
  | {
      readonly type: 'scenario-started'
      readonly file: string
      readonly name: string
      readonly steps: number
    }
  | { readonly type: 'step'; readonly file: string; readonly step: StepResult }
  | { readonly type: 'scenario-ended'; readonly result: ScenarioResult }

export interface RunResult {
  readonly startedAt: number
  readonly durationMs: number
  readonly version: string
  readonly scenarios: readonly ScenarioResult[]
}
