import { type ControlHandler, ok } from '../control-call.ts'
import { providerView } from '../views/provider-view.ts'

export const health: ControlHandler = ({ parts }) =>
  ok({ status: 'ok', version: parts.version, providers: [...parts.providers.keys()] })

export const listProviders: ControlHandler = async ({ parts }) => {
  const origin = parts.settings.origin()
  const views = [...parts.providers.values()].map(async (provider) =>
    providerView(provider, await parts.accounts.list(provider.id), origin),
  )
  return ok(await Promise.all(views))
}
