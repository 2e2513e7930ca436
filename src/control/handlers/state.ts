import { accountNamed, providerNamed } from '../../api/lookup.ts'
import { restoreState, unknownProviderIn } from '../../api/restore-state.ts'
import { type ControlHandler, ok } from '../call.ts'
import { badField } from '../problems.ts'

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

export const readSnapshot: ControlHandler = async ({ parts }) => ok(await parts.store.exportState())

/** A refused snapshot changes nothing; an accepted one takes the place of the state and of the request log. */
export const writeSnapshot: ControlHandler = async ({ parts, body }) => {
  const unknown = unknownProviderIn(body, parts)
  if (unknown !== null) throw badField(unknown.pointer, unknown.detail, 'unknown-name')
  await restoreState(parts, body)
  return ok(await parts.store.summary())
}
