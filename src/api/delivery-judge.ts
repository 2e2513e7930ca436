import type { Contract } from '../contract/contract.ts'
import type { Finding } from '../contract/messages.ts'
import type { HeaderLines } from '../core/attempt.ts'
import type { Feed } from '../core/feed.ts'
import { parsedJson } from '../core/json.ts'
import type { Violation } from '../core/violation.ts'
import type { Judged } from '../delivery/delivery-parts.ts'
import type { Store } from '../state/store.ts'
import type { Journal } from './journal.ts'

interface JudgeParts {
  readonly contract: () => Promise<Contract>
  readonly journal: Journal
  readonly feed: Feed
  readonly store: Pick<Store, 'delivery'>
}

/** Holds deliveries, and what receivers answer, to the contract of their events, and notes what breaks it. */
export function deliveryJudge({
  contract,
  journal,
  feed,
  store,
}: JudgeParts): (judged: Judged) => Promise<void> {
  return async (judged) => {
    const findings = judgeDelivery(await contract(), judged)
    const by: Violation['by'] = judged.attempt.outcome === null ? 'mock' : 'receiver'
    if (findings.length === 0) return
    const { provider, event, attempt } = judged
    const violations = findings.map(
      (one): Violation => ({ by, provider: provider.id, operation: event.type, ...one }),
    )
    const account = (await store.delivery(attempt.delivery))?.account ?? null
    const source = { account, request: null, attempt: attempt.id, sent: null }
    for (const violation of journal.addViolations(violations, source))
      feed.publish({ type: 'violation', violation })
  }
}

function judgeDelivery(contract: Contract, { event, attempt, body, raw }: Judged): readonly Finding[] {
  const { outcome, request } = attempt
  if (outcome === null) {
    const findings = contract.delivery(event, {
      headers: lowerCase(request.headers),
      body: parsedJson(Buffer.from(body).toString()),
    })
    // Whoever triggers a raw event wants its body to break the contract.
    return raw ? findings.filter(({ location }) => !location.startsWith('body')) : findings
  }
  if (outcome.kind !== 'responded') return []
  return contract.receiverAnswer(event, { status: outcome.status, headers: lowerCase(outcome.headers) })
}

function lowerCase(lines: HeaderLines): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value]))
}
