import express, { type Express } from 'express'
import type { MockParts } from './api/parts.ts'
import { besideProvider, providerRouter } from './api/provider-router.ts'
import { unknownRoute, unreadableRequest } from './api/unknown-route.ts'
import { controlRouter } from './control/control-router.ts'
import type { Scope } from './state/store.ts'

/** Everything that is served on the one port. */
export function createApp(
  parts: MockParts,
  control: { readonly version: string; readonly reset: (scope?: Scope) => Promise<void> },
): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use('/_mock', controlRouter({ ...parts, ...control }))
  for (const provider of parts.providers.values()) app.use(provider.basePath, providerRouter(parts, provider))
  for (const provider of parts.providers.values())
    if (provider.basePath !== `/${provider.id}`) app.use(`/${provider.id}`, besideProvider(parts, provider))
  app.use(unknownRoute([...parts.providers.values()], parts.settings.origin))
  app.use(unreadableRequest)
  return app
}
