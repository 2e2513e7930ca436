import { showsCalls } from '../calls.ts'
import type { ActionResult, Call } from '../context.ts'

/** The account that calls: its facts are for the sources of the answer. */
export async function readAccount({ parts, provider, account }: Call): Promise<ActionResult> {
  if (!showsCalls(provider)) return { result: undefined }
  return { result: undefined, calls: await parts.accounts.calls(account, parts.clock.now()) }
}
