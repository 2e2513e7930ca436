import type { Flags, Values } from './flags.ts'
import type { Io } from './io.ts'

/** What a command was asked to do. */
export interface Invocation<F extends Flags = Flags> {
  readonly args: readonly string[]
  readonly flags: Values<F>
  /** The flags that stood on the command line; the others came from the environment or are fallbacks. */
  readonly given: ReadonlySet<keyof F>
  /** What stood after `--`. */
  readonly command: readonly string[]
}

export interface Command<F extends Flags = Flags> {
  readonly flags: F
  /** Whether `-- COMMAND` may follow. */
  readonly runsCommand?: boolean
  /** Whole command lines, with what they are for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[]
  /** Does the work. Resolves to the exit code. */
  run(invocation: Invocation<F>, io: Io): Promise<number>
}

/** Gives `run` the types of the flags. */
export function command<F extends Flags>(parts: Command<F>): Command<F> {
  return parts
}

/** A row of the index: what the help of the whole shows, and where the rest stands. */
export interface CommandEntry {
  /** Whether it has flags, and its positional arguments, as the help shows them: `[options] <provider> <event>`. */
  readonly usage: string
  readonly summary: string
  load(): Promise<Command>
}
