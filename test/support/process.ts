/** Programs of ours run as processes of their own, as a person starts them. */
import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { eventually } from './server.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export type Program = {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves with the exit code, null after a signal. */
  readonly ended: Promise<number | null>
}

/** Starts dist/<file>, which the set-up of the test run has compiled, with an environment that holds nothing of ours but what is given. */
export function startProgram(
  file: string,
  options: {
    readonly args?: readonly string[]
    readonly environment: Readonly<Record<string, string>>
    readonly cwd?: string
  },
): Program {
  const { args = [], environment, cwd = ROOT } = options
  const child = spawn(process.execPath, [path.join(ROOT, 'dist', file), ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  return {
    child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    ended: new Promise(resolve => {
      child.on('close', code => {
        resolve(code)
      })
    }),
  }
}

/** Waits until the program has printed something, and fails with all it printed when it ends before. */
export async function printed(program: Program, pattern: RegExp): Promise<RegExpExecArray> {
  let match: RegExpExecArray | null = null
  await eventually(() => {
    match = pattern.exec(program.stdout())
    if (match === null && program.child.exitCode !== null) {
      throw new Error(`ended before printing ${String(pattern)}:\n${program.stdout()}\n${program.stderr()}`)
    }
    return match !== null
  }, 30_000)
  return match as unknown as RegExpExecArray // eventually() rejects while it is null.
}
