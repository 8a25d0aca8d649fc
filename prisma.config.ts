import process from 'node:process'
import { defineConfig } from 'prisma/config'

// `prisma generate` needs no schema engine but fails where it cannot download one; any executable path stops
// the download. Migrations run through src/database/migrate.ts, never through the CLI under this setting.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://localhost:5432/chainmark' },
})
