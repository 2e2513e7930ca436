import type { Flags, Values } from './flag.ts'
import type { Io } from './io.ts'

/** What stood on the command line, read. */
export interface Invocation<F extends Flags = Flags> {
  readonly args: readonly string[]
  readonly flags: Values<F>
  /** The flags that stood on the command line; the others came from the environment or are fallbacks. */
  readonly given: ReadonlySet<keyof F>
  /** What stood after `--`. */
  readonly command: readonly string[]
}

export interface Command<F extends Flags = Flags> {
  readonly name: string
  readonly summary: string
  /** Positional arguments, as in the help: `<provider> <event>`. */
  readonly args: string
  readonly flags: F
  /** Whether `-- COMMAND` may follow. */
  readonly runsCommand: boolean
  /** Whole command lines, with what they are for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[]
  /** Does the work and tells the exit code. Loads what it needs when it is called. */
  run(invocation: Invocation<F>, io: Io): Promise<number>
}

/** Ties the type of the flags to what `run` receives; the table of commands forgets it again. */
export function command<F extends Flags>(
  parts: Omit<Command<F>, 'args' | 'runsCommand'> & Partial<Pick<Command<F>, 'args' | 'runsCommand'>>,
): Command {
  return { args: '', runsCommand: false, ...parts } as unknown as Command
}
