import { MockError } from '../core/errors.ts'
import { inspectProvider, singleErrors } from './inspect-document.ts'

/** Everything that is wrong with a provider document or its accounts, in the order of the file; empty when it is sound. */
export async function validateDocument(file: string): Promise<readonly MockError[]> {
  try {
    await inspectProvider(file)
    return []
  } catch (error) {
    if (error instanceof MockError) return singleErrors(error)
    throw error
  }
}
