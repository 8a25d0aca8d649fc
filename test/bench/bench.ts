/**
 * npm run bench -- NAME…: speed figures, how well slips are diagnosed, what a regrading takes, how fast submissions are and
 * what a dashboard takes.
 * Without a name, all of them.
 */
import process from 'node:process'
import { DASHBOARD_PARTS, type DashboardPart } from './dashboard-parts.js'
import { SUBMISSION_PARTS, type SubmissionPart } from './submissions-parts.js'

/** Loaded only when asked for: programs of a bench are to be as small as they can be. */
const BENCHES: ReadonlyMap<string, () => Promise<void>> = new Map([
  [
    'engine',
    async () => {
      ;(await import('./engine.js')).benchEngine()
    },
  ],
  [
    'grading',
    async () => {
      ;(await import('./grading.js')).benchGrading()
    },
  ],
  [
    'diagnosis',
    async () => {
      ;(await import('./diagnosis.js')).benchDiagnosis()
    },
  ],
  ['regrade', async () => (await import('./regrade.js')).benchRegrade()],
  ['submissions', async () => benchSubmissions(SUBMISSION_PARTS)],
  ['dashboard', async () => benchDashboard(DASHBOARD_PARTS)],
])

/** What benches start as processes of their own. */
const PROGRAMS: ReadonlyMap<string, () => Promise<void>> = new Map([
  [
    'load',
    async () => {
      ;(await import('./load.js')).serveLoad()
    },
  ],
  [
    'echo',
    async () => {
      ;(await import('./submissions-servers.js')).serveEcho()
    },
  ],
  [
    'create',
    async () => {
      ;(await import('./submissions-servers.js')).serveCreate()
    },
  ],
  [
    'subscribers',
    async () => {
      ;(await import('./subscribers.js')).serveSubscribers()
    },
  ],
])

async function benchSubmissions(parts: readonly SubmissionPart[]): Promise<void> {
  await (await import('./submissions.js')).benchSubmissions(parts)
}

async function benchDashboard(parts: readonly DashboardPart[]): Promise<void> {
  await (await import('./dashboard.js')).benchDashboard(parts)
}

const PARTS: readonly string[] = [
  ...SUBMISSION_PARTS.map(part => `submissions:${part}`),
  ...DASHBOARD_PARTS.map(part => `dashboard:${part}`),
]

const [first, program] = process.argv.slice(2)
if (first === '--program') await PROGRAMS.get(program ?? '')?.()
else await runBenches(process.argv.slice(2))

/** Benches of which parts can be asked for alone, as `name:part`. */
function partsIn(wanted: readonly string[]) {
  const of = <Part extends string>(bench: string, parts: readonly Part[]): readonly Part[] =>
    parts.filter(part => wanted.includes(`${bench}:${part}`))
  return { submissions: of('submissions', SUBMISSION_PARTS), dashboard: of('dashboard', DASHBOARD_PARTS) }
}

async function runBenches(wanted: readonly string[]): Promise<void> {
  const names = wanted.filter(name => !PARTS.includes(name))
  const unknown = names.filter(name => !BENCHES.has(name))
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(', ')}; there are ${[...BENCHES.keys()].join(', ')},`)
    console.error(`and parts of some, ${PARTS.join(', ')}.`)
    process.exitCode = 2
    return
  }
  for (const [name, run] of BENCHES) {
    if (wanted.length > 0 && !names.includes(name)) continue
    console.log(`\n${name}`)
    await run()
  }
  const { submissions, dashboard } = partsIn(wanted)
  if (submissions.length > 0) await benchSubmissions(submissions)
  if (dashboard.length > 0) await benchDashboard(dashboard)
}
