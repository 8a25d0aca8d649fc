/**
 * The parts of a connection's configuration that make the session's time zone UTC: Prisma's adapter reads and writes
 * timestamps wrongly in any other. Options in the URL would replace ours, so they are joined.
 */
export function inUtc(connectionString: string): { connectionString: string; options: string } {
  const utc = '-c timezone=UTC'
  if (!URL.canParse(connectionString)) return { connectionString, options: utc }
  const url = new URL(connectionString)
  const given = url.searchParams.get('options')
  if (given === null) return { connectionString, options: utc }
  url.searchParams.delete('options')
  return { connectionString: url.href, options: `${given} ${utc}` }
}
