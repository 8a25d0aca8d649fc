/** How well grading tells what learners did, measured on a simulated class whose every box says how it was made. */
import { simulateClass } from '../support/simulated-class.js'
import { CODES } from '../support/simulated-mistakes.js'
import { markClass, type Marks, type Miss, type Share } from '../support/simulated-marks.js'

const LEARNERS = 5000
const SEED = 4
/** How many boxes of each kind of miss are shown. */
const SHOWN = 2

export function benchDiagnosis(): void {
  const marks = markClass(simulateClass({ learners: LEARNERS, seed: SEED }))
  console.log(`${String(marks.learners)} learners, ${String(marks.boxes)} boxes`)
  printCodes(marks)
  printConfusion(marks)
  printTargets(marks)
  printExamples(marks)
}

function printCodes({ codes }: Marks): void {
  console.log('\nslips with a distinct value by code')
  console.log(row(['code', 'slips', 'distinct', 'recall', 'on right', 'anywhere', 'precision']))
  for (const { code, distinct, recall, clean, anywhere, precision } of codes) {
    const counts = [String(distinct.of), String(distinct.count)]
    console.log(
      row([code, ...counts, percent(recall), percent(clean), percent(anywhere), percent(precision)]),
    )
  }
}

function row(cells: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(18) : cell.padStart(15))).join('')
}

function printConfusion({ codes }: Marks): void {
  const columns = [...CODES, 'none']
  const short = (name: string): string => name.slice(0, 7)
  const line = (name: string, cells: readonly string[]): string =>
    name.padEnd(18) + cells.map(cell => cell.padStart(8)).join('')
  console.log('\nthe slip (down) and the code named first (across)')
  console.log(line('', columns.map(short)))
  for (const { code, namedAs } of codes) {
    console.log(
      line(
        code,
        columns.map(column => String(namedAs.get(column) ?? '·')),
      ),
    )
  }
}

function printTargets({ recall, consistent, random, open, followsWithCode, misses, codes }: Marks): void {
  const count = (miss: Miss): number => misses.get(miss) ?? 0
  const lowest = codes
    .filter(figures => figures.recall.of > 0)
    .reduce((least, { recall: own }) => Math.min(least, own.count / own.of), 1)
  console.log('\nfigure and target')
  const target = (what: string, figure: string, wanted: string, isMet: boolean): void => {
    console.log(`${isMet ? 'pass' : 'MISS'}  ${what.padEnd(64)}${figure.padStart(18)}  (${wanted})`)
  }
  target('recall on slips with a distinct value', percent(recall), '≥ 95%', atLeast(recall, 0.95))
  target('  of the worst code', `${(100 * lowest).toFixed(1)}%`, '≥ 95%', lowest >= 0.95)
  target('random wrong values given any code', percent(random), '≤ 2%', !(random.count > 0.02 * random.of))
  target(
    'consistent boxes outside the stock guard marked',
    percent(consistent),
    '100%',
    atLeast(consistent, 1),
  )
  for (const [miss, what] of COUNTED) target(what, String(count(miss)), '0', count(miss) === 0)
  console.log(`      boxes whose status the contract leaves open: ${percent(open)}`)
  console.log(`      boxes marked follows that carry a code as well: ${percent(followsWithCode)}`)
}

const COUNTED: readonly (readonly [Miss, string])[] = [
  ['wrong marked correct', 'wrong answers marked correct'],
  ['right not marked', 'right answers not marked correct'],
  ['wrong marked follows', 'wrong answers given credit for following'],
  ['blank not left blank', 'blank boxes given another status'],
]

function printExamples({ examples, codes }: Marks): void {
  const missed = codes.map(({ code, missed: lines }) => [`slip ${code} not named first`, lines] as const)
  for (const [miss, lines] of [...examples, ...missed]) {
    if (lines.length === 0) continue
    console.log(`\n${miss}, for example`)
    for (const line of spread(lines)) console.log(`  ${line}`)
  }
}

/** A few lines from all over a list. */
function spread(lines: readonly string[]): string[] {
  const step = Math.max(1, Math.floor(lines.length / SHOWN))
  return lines.filter((_, index) => index % step === 0).slice(0, SHOWN)
}

function atLeast({ count, of }: Share, part: number): boolean {
  return of > 0 && count >= part * of
}

function percent({ count, of }: Share): string {
  return of === 0 ? '–' : `${((100 * count) / of).toFixed(1)}% of ${String(of)}`
}
