import type { ActionResult } from '../context.ts'

/** The account that calls: its facts are for the sources of the answer. */
export async function readAccount(): Promise<ActionResult> {
  return { result: undefined }
}
