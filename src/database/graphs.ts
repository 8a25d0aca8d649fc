/** Graphs and their versions. A tenant's own graph shadows the built-in one of the same key. */
import type { Database } from './client.js'
import { RESERVED_TENANT_ID } from './reserved-tenant.js'

export type StoredGraph = {
  readonly graphId: string
  readonly key: string
  readonly version: number
  readonly definition: unknown
  readonly builtIn: boolean
}

/** A graph in a list: its latest version, without the definition. */
export type ListedGraph = {
  readonly key: string
  readonly version: number
  readonly title: string
  readonly public: boolean
  readonly builtIn: boolean
}

export type PublishOutcome = {
  readonly outcome: 'created' | 'next-version' | 'unchanged'
  readonly version: number
}

export type GraphRepository = ReturnType<typeof createGraphRepository>

/** Graphs, read and written. */
export function createGraphRepository(database: Database) {
  return {
    /** Which version of which graph a tenant sees under a key; undefined where there is none. */
    async locate(
      tenantId: string,
      key: string,
      version: number | undefined,
    ): Promise<{ readonly graphId: string; readonly version: number } | undefined> {
      const rows = await database.$queryRaw<{ graphId: string; version: number }[]>`
        SELECT g.id AS "graphId", v.version
        FROM (
          SELECT * FROM graphs
          WHERE key = ${key} AND tenant_id IN (${tenantId}::uuid, ${RESERVED_TENANT_ID}::uuid)
          ORDER BY tenant_id = ${tenantId}::uuid DESC
          LIMIT 1
        ) g
        JOIN graph_versions v ON v.graph_id = g.id AND v.version = COALESCE(${version ?? null}::int, g.latest_version)`
      return rows[0]
    },

    /** A version with its definition. */
    async load(graphId: string, version: number): Promise<StoredGraph | undefined> {
      const rows = await database.$queryRaw<StoredGraph[]>`
        SELECT g.id AS "graphId", g.key, v.version, v.definition, g.tenant_id = ${RESERVED_TENANT_ID}::uuid AS "builtIn"
        FROM graphs g JOIN graph_versions v ON v.graph_id = g.id
        WHERE g.id = ${graphId}::uuid AND v.version = ${version}::int`
      return rows[0]
    },

    /** The keys of the built-in graphs. */
    async builtInKeys(): Promise<string[]> {
      const where = { tenantId: RESERVED_TENANT_ID }
      const found = await database.graph.findMany({ where, orderBy: { key: 'asc' }, select: { key: true } })
      return found.map(graph => graph.key)
    },

    /** The latest versions of the graphs that a tenant sees, by key. */
    async list(tenantId: string, after: string, limit: number): Promise<ListedGraph[]> {
      return database.$queryRaw<ListedGraph[]>`
        SELECT g.key, v.version, v.definition->>'title' AS title,
          COALESCE((v.definition->>'public')::boolean, false) AS public,
          g.tenant_id = ${RESERVED_TENANT_ID}::uuid AS "builtIn"
        FROM (
          SELECT DISTINCT ON (key) * FROM graphs
          WHERE tenant_id IN (${tenantId}::uuid, ${RESERVED_TENANT_ID}::uuid) AND key > ${after}
          ORDER BY key, tenant_id = ${tenantId}::uuid DESC
          LIMIT ${limit}
        ) g
        JOIN graph_versions v ON v.graph_id = g.id AND v.version = g.latest_version
        ORDER BY g.key`
    },

    /**
     * Stores a definition as the graph's next version unless `isSame` finds it equal to the latest. The upsert locks
     * the graph's row, so that publications of one graph take turns and versions have no gap.
     */
    async publish(
      tenantId: string,
      key: string,
      definition: unknown,
      options: { readonly id: string; readonly time: Date; readonly isSame: (latest: unknown) => boolean },
    ): Promise<PublishOutcome> {
      const { id, time, isSame } = options
      return database.$transaction(async transaction => {
        const [graph] = await transaction.$queryRaw<{ id: string; latestVersion: number }[]>`
          INSERT INTO graphs (id, tenant_id, key, latest_version, created_at, updated_at)
          VALUES (${id}::uuid, ${tenantId}::uuid, ${key}, 1, ${time}, ${time})
          ON CONFLICT (tenant_id, key) DO UPDATE SET latest_version = graphs.latest_version
          RETURNING id, latest_version AS "latestVersion"`
        if (graph === undefined) throw new Error('the upsert of a graph returned no row')
        const [latest] = await transaction.$queryRaw<{ definition: unknown }[]>`
          SELECT definition FROM graph_versions
          WHERE graph_id = ${graph.id}::uuid AND version = ${graph.latestVersion}::int`
        if (latest !== undefined && isSame(latest.definition)) {
          return { outcome: 'unchanged', version: graph.latestVersion }
        }
        const version = latest === undefined ? 1 : graph.latestVersion + 1
        await transaction.$executeRaw`
          INSERT INTO graph_versions (graph_id, version, definition, created_at)
          VALUES (${graph.id}::uuid, ${version}::int, ${JSON.stringify(definition)}::jsonb, ${time})`
        await transaction.$executeRaw`
          UPDATE graphs SET latest_version = ${version}::int, updated_at = ${time} WHERE id = ${graph.id}::uuid`
        return { outcome: latest === undefined ? 'created' : 'next-version', version }
      })
    },
  }
}
