/**
 * Counts the SQL statements that this process sends, by whatever way: without what begins and ends transactions, and without the
 * hints of what was submitted before, which are sent a moment later.
 */
import pg from 'pg'

const CONTROL = /^\s*(BEGIN|COMMIT|ROLLBACK|SET|SAVEPOINT|RELEASE|DEALLOCATE|SELECT pg_notify)\b/i

/** The statements that are sent while something is done. */
export async function statementsOf<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly statements: readonly string[] }> {
  const statements: string[] = []
  const { prototype } = pg.Client
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the client it is called on
  const original = prototype.query as (...given: unknown[]) => unknown
  const counted = function (this: unknown, ...given: unknown[]): unknown {
    const [first] = given
    const text = typeof first === 'string' ? first : ((first as { text?: string } | undefined)?.text ?? '')
    if (!CONTROL.test(text)) statements.push(text)
    return original.apply(this, given)
  }
  prototype.query = counted as typeof prototype.query
  try {
    return { result: await work(), statements }
  } finally {
    prototype.query = original as typeof prototype.query
  }
}
