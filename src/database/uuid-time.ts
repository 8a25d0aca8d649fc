/** The time that ids begin with: uuids of version 7, whose order is that of their making. */

/** The first of all ids that are made at a time; milliseconds since 1970 are what they count. */
export function firstIdAt(time: Date): string {
  const digits = Math.max(0, time.getTime()).toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`
}
