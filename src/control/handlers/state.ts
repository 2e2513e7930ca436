import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { accountNamed, providerNamed } from '../../api/lookup.ts'
import { restoreState } from '../../api/restore-state.ts'
import { JsonSyntaxError } from '../../core/json-reader.ts'
import { type ControlHandler, ok } from '../call.ts'
import { badField, ControlProblem } from '../problems.ts'

export const reset: ControlHandler = async ({ parts, body }) => {
  if (body.provider === undefined) {
    if (body.account !== undefined)
      throw badField('/account', 'Account names belong to a provider: name the provider as well.')
    await parts.reset()
  } else {
    const provider = providerNamed(parts, body.provider)
    const account = body.account === undefined ? undefined : await accountNamed(parts, provider, body.account)
    await parts.reset({ provider: provider.id, account: account?.name })
  }
  return ok({ provider: body.provider ?? null, account: body.account ?? null })
}

/** Written and read by the piece, so that it may be of any length. */
export const readSnapshot: ControlHandler = ({ parts }) => ({
  async stream(response) {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    await pipeline(Readable.from(parts.store.exportText()), response)
  },
})

/** A refused snapshot changes nothing; an accepted one takes the place of the state and of the request log. */
export const writeSnapshot: ControlHandler = async ({ parts, upload }) => {
  const bytes = upload()
  try {
    await restoreState(parts, { bytes })
  } catch (error) {
    // Many clients read no answer before they have sent everything.
    for await (const _ of bytes);
    throw error instanceof JsonSyntaxError
      ? new ControlProblem(400, 'not-json', `The body is not JSON: ${error.message}.`)
      : error
  }
  return ok(await parts.store.summary())
}
