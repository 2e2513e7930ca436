import { type JsonObject, toPointer } from '../../core/json.ts'
import { parseDuration } from '../../core/units.ts'
import type { Issue } from '../../schema/issue.ts'
import { environmentKeywords } from '../delivery-policy.ts'
import type { DeliveryKeyword, ScheduleKeyword } from '../vocabulary.ts'

const AT = '/x-mock-delivery'

/** Schedules that never end: a delivery that keeps failing could then never be settled, and no advance would return. */
export function scheduleIssues(resolved: JsonObject): readonly Issue[] {
  const keyword = resolved['x-mock-delivery'] as unknown as DeliveryKeyword | undefined
  if (keyword === undefined) return []
  const environments = Object.entries(environmentKeywords(keyword))
  return [
    ...endlessIssue(keyword.schedule, `${AT}/schedule`),
    ...environments.flatMap(([name, { schedule }]) =>
      // One that the environment does not change has been reported already.
      schedule === keyword.schedule
        ? []
        : endlessIssue(schedule, `${AT}${toPointer(['environments', name, 'schedule'])}`),
    ),
  ]
}

function endlessIssue(schedule: ScheduleKeyword, pointer: string): readonly Issue[] {
  const { attempts, window } = schedule
  const last = lastDelay(schedule)
  if (last === null || attempts !== undefined) return []
  if (window === undefined)
    return [{ code: 'ENDLESS_SCHEDULE', reason: 'the schedule never ends', hint: GIVE_END, pointer }]
  if (last > 0) return []
  const reason = 'the schedule never ends: attempts without a delay never leave its window'
  return [{ code: 'ENDLESS_SCHEDULE', reason, hint: 'Give it attempts.', pointer }]
}

const GIVE_END = 'Give it attempts, a window, or both.'

/** The delay that comes again and again; null where there is none. */
function lastDelay(schedule: ScheduleKeyword): number | null {
  if ('base' in schedule)
    return Math.min(parseDuration(schedule.base), parseDuration(schedule.cap ?? schedule.base))
  const last = schedule.then === 'repeat-last' ? schedule.delays.at(-1) : undefined
  return last === undefined ? null : parseDuration(last)
}
