/** How often something was exercised; 0: never. */
export interface Count {
  readonly name: string
  readonly count: number
}

/** What a run exercised of one operation. */
export interface OperationCoverage {
  readonly provider: string
  readonly operation: string
  readonly method: string
  readonly path: string
  /** Every status that the document declares. */
  readonly statuses: readonly Count[]
  /** Statuses that were answered, because of a fault, though no document declares them. */
  readonly undeclared: readonly Count[]
  /** Every fault of the API plane. */
  readonly faults: readonly Count[]
}

/** What a run exercised of one event type. */
export interface EventCoverage {
  readonly provider: string
  readonly event: string
  /** How many events of this type happened. */
  readonly count: number
  /** What attempts came to: `2xx` to `5xx`, `timed-out`, `connection-failed` …. */
  readonly outcomes: readonly Count[]
  /** What deliveries came to: `succeeded`, `exhausted`, `cancelled`, `blocked`. */
  readonly settled: readonly Count[]
  /** Every fault of the delivery plane. */
  readonly faults: readonly Count[]
}

/** Operations × statuses and event types × faults and outcomes that a run exercised, those that it did not with 0. */
export interface Coverage {
  readonly operations: readonly OperationCoverage[]
  readonly events: readonly EventCoverage[]
}

/** How many of the declared ones were exercised. */
export interface Share {
  readonly covered: number
  readonly declared: number
}

/** The coverage of several runs as one: each operation and event type is listed once, with the sum of its counts. */
export function mergeCoverage(all: readonly Coverage[]): Coverage {
  const operations = all.flatMap((one) => one.operations)
  const events = all.flatMap((one) => one.events)
  return {
    operations: grouped(operations, ({ provider, operation }) => `${provider} ${operation}`).map((group) => ({
      ...group[0],
      statuses: added(group.map((one) => one.statuses)),
      undeclared: added(group.map((one) => one.undeclared)),
      faults: added(group.map((one) => one.faults)),
    })),
    events: grouped(events, ({ provider, event }) => `${provider} ${event}`).map((group) => ({
      ...group[0],
      count: group.reduce((sum, { count }) => sum + count, 0),
      outcomes: added(group.map((one) => one.outcomes)),
      settled: added(group.map((one) => one.settled)),
      faults: added(group.map((one) => one.faults)),
    })),
  }
}

/** Totals: the statuses of all operations, the event types that happened, and the faults of all event types. */
export function coverageShares({ operations, events }: Coverage): {
  readonly statuses: Share
  readonly events: Share
  readonly faults: Share
} {
  return {
    statuses: shareOf(operations.flatMap(({ statuses }) => statuses)),
    events: shareOf(events),
    faults: shareOf(events.flatMap(({ faults }) => faults)),
  }
}

export function shareOf(counts: readonly { readonly count: number }[]): Share {
  return { covered: counts.filter(({ count }) => count > 0).length, declared: counts.length }
}

function added(lists: readonly (readonly Count[])[]): readonly Count[] {
  return grouped(lists.flat(), ({ name }) => name).map((group) => ({
    name: group[0].name,
    count: group.reduce((sum, { count }) => sum + count, 0),
  }))
}

/** Items with the same key, in the order of each key's first item. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): readonly [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return [...groups.values()]
}
