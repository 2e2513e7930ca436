import type { DeliveryView } from '../../api/views.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Mismatch } from '../../core/match.ts'
import type { Issue } from '../../schema/issue.ts'
import type { CheckContext } from '../file/check-context.ts'
import type { Facts } from './facts.ts'

/** What an expectation is compared with. */
export type Source = 'deliveries' | 'arrivals' | 'webhooks' | 'log'

/**
 * One kind of expectation, as a whole.
 *
 * @template E what the file says of it, read
 */
export interface ExpectationDefinition<E> {
  /** What is looked at, for the documentation. */
  readonly about: string
  /** JSON Schema of what stands after its name. */
  readonly schema: JsonObject
  /** What has to be gathered for it. */
  readonly sources: readonly Source[]
  /** Deliveries that are on their way may still change what it is compared with. */
  readonly awaitsDeliveries?: true
  /** @param members as the schema allows them; a number alone is `{count}` */
  read(members: JsonObject): E
  /** What a schema cannot find: names that nothing has. `context.at` is the place of its members. */
  check?(expectation: E, context: CheckContext): readonly Issue[]
  mismatches(expectation: E, facts: Facts): readonly Mismatch[]
  /** Deliveries to show where it fails. */
  deliveries?(expectation: E, facts: Facts): readonly DeliveryView[]
}
