import { providerNamed, unknownEnvironment, unknownScope } from '../../api/lookup.ts'
import { providerView } from '../../api/views.ts'
import { unknownEvent } from '../../event/compose.ts'
import { type ControlHandler, ok } from '../call.ts'
import { badField } from '../problems.ts'

export const health: ControlHandler = ({ parts }) =>
  ok({ status: 'ok', version: parts.version, providers: [...parts.providers.keys()] })

export const listProviders: ControlHandler = async ({ parts }) => {
  const origin = parts.settings.origin()
  const views = [...parts.providers.values()].map(async (provider) =>
    providerView(provider, await parts.accounts.list(provider.id), origin),
  )
  return ok(await Promise.all(views))
}

export const createAccount: ControlHandler = async ({ parts, body }) => {
  const provider = providerNamed(parts, body.provider)
  const wanted = body.scopes as readonly string[] | undefined
  for (const [index, scope] of (wanted ?? []).entries())
    if (!provider.scopes.includes(scope))
      throw badField(`/scopes/${index}`, unknownScope(provider, scope).message, 'unknown-name')
  const events = body.events as readonly string[] | undefined
  for (const [index, type] of (events ?? []).entries())
    if (!provider.events.has(type))
      throw badField(`/events/${index}`, unknownEvent(provider, type).message, 'unknown-name')
  const { environment } = body
  if (typeof environment === 'string' && !provider.environments.has(environment))
    throw badField('/environment', unknownEnvironment([provider], environment).message, 'unknown-name')
  const made = await parts.accounts.create(provider, {
    scopes: wanted,
    events,
    ...(typeof environment === 'string' && { environment }),
  })
  const { name, providerId, credentials, scopes, login, environment: its } = made
  const account = { provider: provider.id, account: name, providerId, credentials, scopes, environment: its }
  return ok(
    { ...account, ...(events !== undefined && { events }), ...(login !== undefined && { login }) },
    201,
  )
}
