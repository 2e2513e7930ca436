import { CommanderError } from 'commander'
import { describeError, MockError } from '../core/errors.ts'
import type { Io } from './io.ts'

const USAGE = 2
const OUR_FAULT = 5

/** Says on stderr what went wrong, without a stack, and tells the exit code. */
export function explain(error: unknown, io: Pick<Io, 'err' | 'env'>): number {
  // commander has said it already; help and version are its errors with the code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  if (error instanceof MockError) {
    io.err(describeError(error))
    return error.exitCode
  }
  const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]
  io.err(`Failed to go on: ${reason}; this is a bug in hookproof (HOOKPROOF_DEBUG=1 shows where).`)
  if ((io.env.HOOKPROOF_DEBUG ?? '') !== '' && error instanceof Error) io.err(error.stack ?? '')
  return OUR_FAULT
}
