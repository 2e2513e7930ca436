import type { Measurement } from '../support/setting.ts'
import { apiCalls } from './api-calls.ts'
import { burst } from './burst.ts'
import { compaction } from './compaction.ts'
import { deliveries } from './deliveries.ts'
import { inProcessStart } from './in-process-start.ts'
import { isolation } from './isolation.ts'
import { memory } from './memory.ts'
import { peers } from './peers.ts'
import { soak } from './soak.ts'
import { startUp } from './start-up.ts'

/** In the order of the table. */
export const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  'start-up': startUp,
  'in-process-start': inProcessStart,
  'api-calls': apiCalls,
  deliveries,
  burst,
  memory,
  compaction,
  isolation,
  peers,
  soak,
}

/** Too long for every run: taken where it is named. */
export const ONLY_WHERE_NAMED: readonly string[] = ['soak']
