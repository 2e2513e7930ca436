import type { Instant } from '../core/clock.ts'

/** `14:32:15`, in the time zone of whoever reads it. */
export function timeOfDay(instant: Instant): string {
  const time = new Date(instant)
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

/** `2026-10-12 14:32:15`, in the time zone of whoever reads it. */
export function dateAndTime(instant: Instant): string {
  const time = new Date(instant)
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  )
  return `${date.join('-')} ${timeOfDay(instant)}`
}
