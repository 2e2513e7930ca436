import { suggestion } from '../../core/nearest.ts'
import { type ControlHandler, ok } from '../control-call.ts'
import { badField } from '../control-problem.ts'
import { providerNamed } from '../named.ts'

export const createAccount: ControlHandler = async ({ parts, body }) => {
  const provider = providerNamed(parts, body.provider)
  const wanted = body.scopes as readonly string[] | undefined
  const unknown = wanted?.findIndex((scope) => !provider.scopes.includes(scope)) ?? -1
  if (unknown >= 0) {
    const scope = wanted?.[unknown] ?? ''
    const hint =
      provider.scopes.length === 0 ? `${provider.id} knows no scopes.` : suggestion(scope, provider.scopes)
    throw badField(`/scopes/${unknown}`, `There is no scope "${scope}". ${hint}`, 'unknown-name')
  }
  const account = await parts.accounts.create(provider, wanted)
  const { name, credentials, scopes } = account
  return ok({ provider: provider.id, account: name, credentials, scopes }, 201)
}
