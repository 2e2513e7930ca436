import type { MockOptions } from '../../mock.ts'
import { usageError } from '../usage-error.ts'
import { registrations } from './registrations.ts'
import { DEFAULT_DB, type StartFlags } from './start-flags.ts'

/** What the flags of `start` ask of the mock. `shipped` are the providers that come with hookproof. */
export function mockOptions(flags: StartFlags, shipped: readonly string[]): MockOptions {
  if (flags.memory && flags.db !== undefined)
    throw usageError('Failed to read --db: --memory keeps nothing in a file.', 'Leave one of the two out.')
  const { host, attemptTimeout, ca, seed } = flags
  const register = registrations({
    forwardTo: flags.forwardTo,
    secret: flags.secret,
    providers: flags.provider.length === 0 ? shipped : flags.provider,
    hasSpecs: flags.spec.length > 0,
  })
  return {
    ...(flags.provider.length === 0 ? {} : { providers: flags.provider }),
    specs: flags.spec,
    port: flags.port,
    ...(host === undefined ? {} : { host }),
    ...(flags.memory ? {} : { db: flags.db ?? DEFAULT_DB }),
    reset: flags.reset,
    clock: flags.clock,
    ...(seed === undefined ? {} : { seed }),
    register,
    forward: flags.forward,
    allowHosts: flags.allowHost,
    serverNames: flags.serverName,
    strictUrls: flags.strictUrls,
    ...(attemptTimeout === undefined ? {} : { attemptTimeoutMs: attemptTimeout }),
    ...(ca === undefined ? {} : { ca }),
    insecure: flags.insecure,
  }
}
