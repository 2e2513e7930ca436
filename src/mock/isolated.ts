import type { Accounts } from '../api/accounts.ts'
import { checkEnvironment } from '../api/lookup.ts'
import { MockError } from '../core/errors.ts'
import { isJsonObject } from '../core/json.ts'
import { EVERY_ACCOUNT } from '../core/model.ts'
import type { AccountName } from '../core/random.ts'
import { checkOptions, string } from '../schema/options.ts'
import type { Provider } from '../spec/provider.ts'
import type { AccountOptions, IsolatedMock, Mock } from './mock.ts'
import type { MockScope } from './options.ts'

/** As the mock triggers, with the accounts that `*` stands for. */
type TriggerAmong = (
  ...args: [...Parameters<Mock['trigger']>, among: ReadonlySet<AccountName>]
) => ReturnType<Mock['trigger']>

/**
 * Webhooks, deliveries, requests, violations, faults and resets of one account: of what others do at the same mock,
 * nothing is seen or changed. Clock, coverage and feed stay shared; closing it resets its account and leaves the mock.
 */
export async function isolate(
  mock: Mock,
  accounts: Accounts,
  triggerAmong: TriggerAmong,
  options: Pick<AccountOptions, 'environment'>,
): Promise<IsolatedMock> {
  checkOptions('the options of mock.isolated', options, { environment: string })
  checkEnvironment(mock.providers, options.environment)
  const [first, ...rest] = mock.providers
  if (first === undefined) throw new Error('a mock has at least one provider')
  // Those that do not know it have the one of their first account.
  const wanted = ({ environments }: Provider) =>
    environments.has(options.environment ?? '') ? { environment: options.environment } : {}
  const { name } = await accounts.create(first, wanted(first))
  for (const provider of rest) await accounts.create(provider, { ...wanted(provider), name })
  // The first one, and those that this isolated mock makes.
  const names: Set<AccountName> = new Set([name])
  const isOwnName = (account: unknown) => names.has(account as AccountName)
  const checked = (account: string) => (isOwnName(account) ? account : foreign(account, name))
  const own = <T extends { readonly account?: string | undefined }>(given: T | undefined) => ({
    ...given,
    account: checked(given?.account ?? name),
  })
  const reset = async (scope?: MockScope) => {
    const chosen = scope?.account === undefined ? [...names] : [checked(scope.account)]
    for (const account of chosen) await mock.reset({ ...scope, account: account as string })
  }
  const close = () => reset()
  const checkOwn = (all: readonly { readonly id: string; readonly account: string }[], id: string) => {
    const found = all.find((one) => one.id === id)
    if (found !== undefined) checked(found.account)
  }
  const isOwn = (account: unknown) => account === undefined || isOwnName(account)
  return {
    ...mock,
    accountName: name,
    registered: [],
    credentials: async (provider, account = name) => mock.credentials(provider, checked(account)),
    login: async (provider, account = name) => mock.login(provider, checked(account)),
    async account(provider, options) {
      const made = await mock.account(provider, options)
      names.add(made.name)
      return made
    },
    register: async (provider, webhook) => mock.register(provider, { ...webhook, ...own(webhook) }),
    trigger: async (provider, type, payload, options) =>
      options?.account === EVERY_ACCOUNT
        ? triggerAmong(provider, type, payload, options, names)
        : mock.trigger(provider, type, payload, own(options)),
    async setSecret(id, secret) {
      checkOwn(await mock.webhooks(), id)
      return mock.setSecret(id, secret)
    },
    async resend(id) {
      checkOwn(await mock.deliveries(), id)
      return mock.resend(id)
    },
    webhooks: async (scope) => mock.webhooks(own(scope)),
    deliveries: async (query) => mock.deliveries(own(query)),
    requests: (filter) => mock.requests(own(filter)),
    violations: (filter) => mock.violations(own(filter)),
    use(fault) {
      const { plane, on = {} } = fault
      // The mock refuses what is not a match; the receiver's plane has no accounts.
      if (plane === 'receiver' || !isJsonObject(on)) return mock.use(fault)
      if (!isOwn(on.account)) foreign(on.account, name)
      return mock.use({ ...fault, on: { account: name, ...on } })
    },
    faults: {
      ...mock.faults,
      list: () => mock.faults.list().filter(({ fault }) => isOwnName(fault.on.account)),
      clear(scope) {
        const chosen = scope?.account === undefined ? [...names] : [checked(scope.account)]
        for (const account of chosen) mock.faults.clear({ ...scope, account: account as AccountName })
      },
    },
    restore: async () => refuse('restore the state'),
    reload: async () => refuse('read the documents again'),
    reset,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function foreign(account: unknown, own: string): never {
  throw new MockError(
    'input',
    'FOREIGN_ACCOUNT',
    `Failed to use the account ${JSON.stringify(account)}: an isolated mock has an account of its own, "${own}".`,
    { hint: 'Leave the account out, or use the mock itself.' },
  )
}

function refuse(what: string): never {
  throw new MockError('input', 'SHARED_MOCK', `Failed to ${what}: the mock is shared.`, {
    hint: 'Do it at the mock itself, where no other test uses it.',
  })
}
