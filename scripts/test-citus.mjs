/**
 * Runs the database tests against a Citus cluster that is up. Arguments go to vitest.
 *
 *   CITUS_URL=postgres://postgres@coordinator:5432/postgres npm run test:citus
 */
import { spawnSync } from 'node:child_process'
import process from 'node:process'

if (!process.env.CITUS_URL) {
  console.error(`npm run test:citus needs a Citus cluster that is up, and where its coordinator is:

  CITUS_URL=postgres://postgres@localhost:5432/postgres npm run test:citus

The database of that URL has the extension citus and knows the coordinator (citus_set_coordinator_host) and the workers
(citus_add_node). The user may create databases and extensions on every node, and the coordinator may connect to the workers
as that user. Every test file gets a database of its own there, on all nodes, which is dropped afterwards. The profile
"cluster" of docker-compose.yml starts one.`)
  process.exit(2)
}
const vitest = ['vitest', 'run', '--config', 'vitest.citus.config.ts', ...process.argv.slice(2)]
const { status } = spawnSync('npx', ['--no-install', ...vitest], { stdio: 'inherit' })
process.exit(status ?? 1)
