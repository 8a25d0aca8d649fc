/** npm run bench -- NAME…: speed figures, how well slips are diagnosed, and what a regrading takes. Without a name, all of them. */
import process from 'node:process'
import { benchDiagnosis } from './diagnosis.js'
import { benchEngine } from './engine.js'
import { benchGrading } from './grading.js'
import { benchRegrade } from './regrade.js'

const BENCHES: ReadonlyMap<string, () => void | Promise<void>> = new Map<string, () => void | Promise<void>>([
  ['engine', benchEngine],
  ['grading', benchGrading],
  ['diagnosis', benchDiagnosis],
  ['regrade', benchRegrade],
])

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !BENCHES.has(name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are ${[...BENCHES.keys()].join(', ')}.`)
  process.exitCode = 2
} else {
  for (const [name, run] of BENCHES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    console.log(`\n${name}`)
    await run()
  }
}
