import type { Accounts } from './api/accounts.ts'
import { MockError } from './core/errors.ts'
import type { AccountName } from './core/ids.ts'
import { isJsonObject } from './core/json.ts'
import type { Mock, MockScope } from './mock-face.ts'

/** A face of a shared mock that has an account of its own with each provider. */
export interface MockApart extends Mock {
  /** The name of the account, the same with each provider. */
  readonly accountName: AccountName
}

/**
 * Webhooks, deliveries, requests, violations, faults and resets of one account: of what others do at the same mock,
 * nothing is seen or changed. Clock, coverage and feed stay shared; closing it resets its account and leaves the mock.
 */
export async function apartFrom(mock: Mock, accounts: Accounts): Promise<MockApart> {
  const [first, ...rest] = mock.providers
  if (first === undefined) throw new Error('a mock has at least one provider')
  const { name } = await accounts.create(first)
  for (const provider of rest) await accounts.create(provider, undefined, name)
  const own = <T extends { readonly account?: string | undefined }>(given: T | undefined) => ({
    ...given,
    account: given?.account ?? name,
  })
  const reset = (scope?: MockScope) => mock.reset(own(scope))
  const close = () => reset()
  return {
    ...mock,
    accountName: name,
    registered: [],
    credentials: (provider, account = name) => mock.credentials(provider, account),
    register: (provider, webhook) => mock.register(provider, { ...webhook, ...own(webhook) }),
    trigger: (provider, type, payload, options) => mock.trigger(provider, type, payload, own(options)),
    deliveries: (query) => mock.deliveries(own(query)),
    requests: (filter) => mock.requests(own(filter)),
    violations: (filter) => mock.violations(own(filter)),
    use(fault) {
      const { plane, on = {} } = fault
      // What is no match is told so by the mock; the receiver's plane has no accounts.
      const isOwn = plane !== 'receiver' && isJsonObject(on)
      return mock.use(isOwn ? { ...fault, on: { account: name, ...on } } : fault)
    },
    faults: {
      ...mock.faults,
      list: () => mock.faults.list().filter(({ fault }) => fault.on.account === name),
      clear: (scope) => mock.faults.clear({ ...scope, account: name }),
    },
    restore: async () => refuse('restore the state'),
    reload: async () => refuse('read the documents again'),
    reset,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function refuse(what: string): never {
  throw new MockError('input', 'SHARED_MOCK', `Failed to ${what}: the mock is shared.`, {
    hint: 'Do it at the mock itself, where no other test uses it.',
  })
}
