import { parse } from 'yaml'
import type { Json } from '../../../src/core/json.ts'

/** Valid faults of every kind of writing; none of them takes long. */
export const FAULTS = parse(`
- { plane: api, on: { provider: acme, nth: 1 }, do: [503, { status: 429, headers: { Retry-After: "2" } }, pass] }
- { plane: api, on: { operation: createHook }, do: malformed, times: 2, probability: 0.5 }
- { plane: api, do: { latency: 1ms }, times: 1 }
- { plane: delivery, on: { event: note.created, attempt: 3 }, do: duplicate, with: { copies: 2 } }
- { plane: delivery, on: { attempt: [1, 2] }, do: { delay: 30s }, key: webhook, then: cycle }
- { plane: delivery, do: [drop, { extra-fields: { fields: { a: 1 } } }, bad-signature], then: repeat-last }
- { plane: receiver, on: { provider: acme }, do: 503 }
`) as readonly Json[]
