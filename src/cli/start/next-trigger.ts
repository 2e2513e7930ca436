import type { Mock } from '../../mock.ts'
import type { StartFacts } from '../../report/start-screen.ts'

/** An event that is delivered: to a webhook of this start, else to one that the state holds. Null: to none. */
export async function nextTrigger(mock: Mock): Promise<StartFacts['next']> {
  const own = new Set(mock.registered.map(({ id }) => id))
  const all = (await mock.webhooks()).toSorted((a, b) => Number(own.has(b.id)) - Number(own.has(a.id)))
  for (const { enabled, provider: id, account, filter } of all) {
    const provider = mock.providers.find((one) => one.id === id)
    if (provider === undefined || !enabled) continue
    const types = [...provider.events.keys()]
    const isByType = provider.resource.filter?.match === 'type'
    const event = isByType && filter !== null ? types.find((type) => filter.includes(type)) : types[0]
    if (event === undefined) continue
    return { provider: id, event, account: account === provider.accounts[0]?.name ? null : account }
  }
  return null
}
