import type { Body } from '../core/body.ts'
import { toBytes } from '../core/body.ts'
import type { HeaderLines, Outcome } from '../core/attempt.ts'
import type { Feed } from '../core/feed.ts'
import type { Json } from '../core/json.ts'
import type { Violation } from '../core/violation.ts'
import type { Contract } from '../contract/contract.ts'
import type { EventType, Provider } from '../spec/provider.ts'
import type { Journal } from './journal.ts'

/** A delivery on its way, and later its answer, as the contract sees them. */
export interface JudgedDelivery {
  readonly provider: Provider
  readonly type: EventType
  readonly headers: HeaderLines
  readonly body: Body
  readonly outcome: Outcome | null
}

/** Holds deliveries and receivers' answers to the contract, and notes what breaks it. */
export function deliveryJudge({
  contract,
  journal,
  feed,
}: {
  readonly contract: () => Promise<Contract>
  readonly journal: Journal
  readonly feed: Feed
}) {
  return async ({ provider, type, headers, body, outcome }: JudgedDelivery): Promise<readonly Violation[]> => {
    const engine = await contract()
    const findings =
      outcome === null
        ? engine.delivery(type, { headers: lowerCase(headers), body: parsed(body) })
        : outcome.kind === 'responded'
          ? engine.receiverAnswer(type, { status: outcome.status, headers: lowerCase(outcome.headers) })
          : []
    const by = outcome === null ? 'mock' : 'receiver'
    const violations = findings.map((one) => ({ by, provider: provider.id, operation: type.type, ...one }) as const)
    journal.addViolations(violations, null)
    for (const violation of violations) feed.publish({ type: 'violation', violation })
    return violations
  }
}

function lowerCase(lines: HeaderLines): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value]))
}

function parsed(body: Body): Json | undefined {
  try {
    return JSON.parse(toBytes(body).toString()) as Json
  } catch {
    return undefined
  }
}
