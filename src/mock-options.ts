import type { RequestFilter, ViolationFilter } from './api/journal.ts'
import { providerNamed } from './api/named.ts'
import type { MockParts } from './api/parts.ts'
import type { StartWebhook } from './api/register-at-start.ts'
import { DELIVERY_STATUSES } from './core/delivery.ts'
import { MockError } from './core/errors.ts'
import { suggestion } from './core/nearest.ts'
import {
  anything,
  callback,
  checkOptions,
  count,
  either,
  flag,
  headerLines,
  listOf,
  milliseconds,
  type OptionKinds,
  object,
  objects,
  oneOf,
  port,
  text,
  texts,
} from './core/options.ts'
import type { DeliveredOptions } from './mock-delivered.ts'
import type { DeliveryFilter, MockOptions, MockScope, Registration, TriggerOptions } from './mock-face.ts'

// What each call takes, for programs without types.

const MOCK: OptionKinds<MockOptions> = {
  providers: texts,
  specs: texts,
  port,
  host: text,
  db: text,
  reset: flag,
  clock: either(text, object),
  seed: text,
  variant: either(text, texts),
  register: objects,
  forward: objects,
  allowHosts: texts,
  serverNames: texts,
  strictUrls: flag,
  strict: flag,
  deliveryHeaders: headerLines,
  faults: listOf(anything, 'faults'),
  attemptTimeoutMs: milliseconds,
  ca: text,
  insecure: flag,
  resolve: callback,
  feed: object,
}

const WEBHOOK: OptionKinds<StartWebhook> = {
  name: text,
  provider: text,
  account: text,
  url: text,
  secret: text,
  fields: object,
}

export const REGISTRATION: OptionKinds<Registration> = {
  url: text,
  account: text,
  secret: text,
  fields: object,
}

export const TRIGGER: OptionKinds<TriggerOptions> = { account: text, id: text, raw: flag }

const status = oneOf(...DELIVERY_STATUSES)

export const DELIVERED: OptionKinds<DeliveredOptions> = {
  timeout: either(text, milliseconds),
  status: oneOf(...DELIVERY_STATUSES.filter((one) => one !== 'pending')),
}

export const SCOPE: OptionKinds<MockScope> = { provider: text, account: text }

export const DELIVERY_FILTER: OptionKinds<DeliveryFilter> = { ...SCOPE, event: text, webhook: text, status }

export const REQUEST_FILTER: OptionKinds<RequestFilter> = {
  ...SCOPE,
  operation: text,
  method: text,
  status: count,
}

export const VIOLATION_FILTER: OptionKinds<ViolationFilter> = {
  ...SCOPE,
  operation: text,
  by: oneOf('client', 'receiver', 'mock'),
}

/** @throws MockError BAD_OPTION */
export function checkMockOptions(options: MockOptions): void {
  checkOptions('the options of startMock', options, MOCK)
  for (const [index, webhook] of (options.register ?? []).entries())
    checkOptions(`webhook ${index + 1} of "register"`, webhook, WEBHOOK)
  for (const [index, forward] of (options.forward ?? []).entries())
    checkOptions(`entry ${index + 1} of "forward"`, forward, { from: text, to: text })
}

/**
 * A filter with a name that nobody has would find nothing, and so pass for proof that nothing happened.
 *
 * @throws MockError BAD_OPTION, UNKNOWN_PROVIDER, UNKNOWN_OPERATION
 */
export function checkFilter<T extends MockScope & { readonly operation?: string | undefined }>(
  parts: Pick<MockParts, 'providers'>,
  what: string,
  filter: T,
  kinds: OptionKinds<T>,
): void {
  checkOptions(what, filter, kinds)
  const { provider, operation } = filter
  const asked = provider === undefined ? [...parts.providers.values()] : [providerNamed(parts, provider)]
  if (operation === undefined) return
  const known = asked.flatMap(({ operations }) => operations.map(({ id }) => id))
  if (known.includes(operation)) return
  throw new MockError('input', 'UNKNOWN_OPERATION', `Failed to find the operation "${operation}".`, {
    hint: suggestion(operation, known),
  })
}

/** As {@link checkFilter}, and knows the accounts. @throws MockError UNKNOWN_ACCOUNT as well */
export async function checkScope<T extends MockScope>(
  parts: Pick<MockParts, 'providers' | 'accounts'>,
  what: string,
  scope: T,
  kinds: OptionKinds<T>,
): Promise<void> {
  checkFilter(parts, what, scope, kinds)
  const { provider, account } = scope
  if (account === undefined) return
  const asked = provider === undefined ? [...parts.providers.values()] : [providerNamed(parts, provider)]
  const known = (await Promise.all(asked.map(({ id }) => parts.accounts.list(id)))).flat()
  if (known.some(({ name }) => name === account)) return
  throw new MockError('input', 'UNKNOWN_ACCOUNT', `Failed to find the account "${account}".`, {
    hint: suggestion(account, [...new Set(known.map(({ name }) => name))]),
  })
}
