/** Milliseconds of a day; all calendar arithmetic is in UTC. */
const DAY_MS = 86_400_000

/** The time `days` after `at` (both ISO times). */
export const daysAfter = (at: string, days: number): string => new Date(Date.parse(at) + days * DAY_MS).toISOString()

/** Whole days from the day of `at` (ISO time) to a date: 0 on the day itself, negative afterwards. */
export const daysUntil = (date: string, at: string): number =>
  Math.round((Date.parse(date) - Date.parse(at.slice(0, 10))) / DAY_MS)

/** Reminders go out in the European morning, not at midnight. */
const REMINDER_HOUR = 8

/** Time (ISO) of a reminder `days` before a date. */
export const morningBefore = (date: string, days: number): string =>
  new Date(Date.parse(date) - days * DAY_MS + REMINDER_HOUR * 3_600_000).toISOString()
