/**
 * npm run bench -- NAME…: speed figures, how well slips are diagnosed, what a regrading takes and how fast submissions are.
 * Without a name, all of them.
 */
import process from 'node:process'
import { SUBMISSION_PARTS } from './submissions-parts.js'

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
  ['submissions', async () => (await import('./submissions.js')).benchSubmissions(SUBMISSION_PARTS)],
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
])

const [first, program] = process.argv.slice(2)
if (first === '--program') await PROGRAMS.get(program ?? '')?.()
else await runBenches(process.argv.slice(2))

async function runBenches(wanted: readonly string[]): Promise<void> {
  const alone = (part: string): string => `submissions:${part}`
  const parts = SUBMISSION_PARTS.filter(part => wanted.includes(alone(part)))
  const names = wanted.filter(name => !parts.some(part => alone(part) === name))
  const unknown = names.filter(name => !BENCHES.has(name))
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(', ')}; there are ${[...BENCHES.keys()].join(', ')},`)
    console.error(`and parts of one, ${SUBMISSION_PARTS.map(alone).join(', ')}.`)
    process.exitCode = 2
    return
  }
  for (const [name, run] of BENCHES) {
    if (wanted.length > 0 && !names.includes(name)) continue
    console.log(`\n${name}`)
    await run()
  }
  if (parts.length > 0) await (await import('./submissions.js')).benchSubmissions(parts)
}
