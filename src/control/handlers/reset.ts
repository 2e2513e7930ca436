import { type ControlHandler, ok } from '../control-call.ts'
import { badField } from '../control-problem.ts'
import { accountNamed, providerNamed } from '../named.ts'

export const reset: ControlHandler = async ({ parts, body }) => {
  if (body.provider === undefined) {
    if (body.account !== undefined)
      throw badField('/account', 'An account is known by its provider: name that as well.')
    await parts.reset()
  } else {
    const provider = providerNamed(parts, body.provider)
    const account = body.account === undefined ? undefined : await accountNamed(parts, provider, body.account)
    await parts.reset({ provider: provider.id, account: account?.name })
  }
  return ok({ provider: body.provider ?? null, account: body.account ?? null })
}
