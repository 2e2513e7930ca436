import { MockError } from '../core/errors.ts'

/** A command line that cannot be understood: exit code 2. */
export function usageError(message: string, hint?: string): MockError {
  return new MockError('input', 'USAGE', message, hint === undefined ? {} : { hint })
}
