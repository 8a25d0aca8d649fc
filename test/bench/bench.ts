/** npm run bench -- NAME…: speed figures, as medians of interleaved rounds. Without a name, all of them. */
import process from 'node:process'
import { benchEngine } from './engine.js'
import { benchGrading } from './grading.js'

const BENCHES: ReadonlyMap<string, () => void> = new Map([
  ['engine', benchEngine],
  ['grading', benchGrading],
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
    run()
  }
}
