/** All that is stored of a tenant, for tests that nobody else reads or changes it. */
import type { Database } from '../../src/database/client.js'

/** Every row of every table but that of keys that names the tenant, one of its courses or one of its graphs, as text, in an order. */
export async function tenantRows(database: Database, tenantId: string): Promise<readonly string[]> {
  const tables = await database.$queryRaw<{ name: string }[]>`
    SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'api_keys' ORDER BY tablename`
  const rows = tables.map(({ name }) => `SELECT '${name} ' || to_jsonb(t)::text AS row FROM ${name} t`)
  const found = await database.$queryRawUnsafe<{ row: string }[]>(
    `WITH owned AS (
       SELECT $1::text AS id
       UNION ALL SELECT id::text FROM courses WHERE tenant_id = $1::uuid
       UNION ALL SELECT id::text FROM graphs WHERE tenant_id = $1::uuid)
     SELECT row FROM (${rows.join(' UNION ALL ')}) AS every
     WHERE EXISTS (SELECT FROM owned WHERE strpos(row, owned.id) > 0) ORDER BY row`,
    tenantId,
  )
  return found.map(({ row }) => row)
}
