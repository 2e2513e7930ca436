import type { Measurement } from '../support/setting.ts'
import { apiCalls } from './api-calls.ts'
import { inProcessStart } from './in-process-start.ts'
import { startUp } from './start-up.ts'

export const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  'start-up': startUp,
  'in-process-start': inProcessStart,
  'api-calls': apiCalls,
}
