/** The tape in C (tape.c), compiled into a temporary folder, to measure ours against. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { operationAt } from '../../src/engine/tape.js'
import { MIX, type BenchGraph } from './engine-graph.js'

const SOURCE = path.join(import.meta.dirname, 'tape.c')

/** Compiles the tape into a folder with -O2. Answers the program, or undefined where there is no `cc`. */
export function compileTape(folder: string): string | undefined {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const program = path.join(folder, 'tape')
  execFileSync('cc', ['-O2', '-o', program, SOURCE, '-lm'])
  return program
}

/** Sweeps of the C program over a graph, which it reads from a file in the folder. */
export function cEngine(program: string, folder: string, { tape, inputs }: BenchGraph) {
  const file = path.join(folder, `graph-${String(tape.slots)}`)
  const names: readonly string[] = MIX.map(([name]) => name)
  const codes = Uint8Array.from(tape.codes, (_code, slot) =>
    names.indexOf(operationAt(tape, slot)?.name ?? ''),
  )
  const values = new Float64Array(tape.slots)
  values.set(inputs)
  const head = Int32Array.of(tape.slots, inputs.length)
  const arrays = [head, tape.left, tape.right, values, codes]
  writeFileSync(
    file,
    Buffer.concat(arrays.map(array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength))),
  )
  const time = (sweeps: 'forward' | 'both', milliseconds: number): number =>
    Number(execFileSync(program, [file, sweeps, String(milliseconds)], { encoding: 'utf8' }))
  return {
    forward: (milliseconds: number) => time('forward', milliseconds),
    both: (milliseconds: number) => time('both', milliseconds),
    /** The values of all slots, then their adjoints. */
    results: (): Float64Array => {
      execFileSync(program, [file, 'results', `${file}-results`])
      const bytes = readFileSync(`${file}-results`)
      return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    },
  }
}
