/** Compiles src/ to dist/ once for a run, so that the tests of whole processes start what a person starts. */
import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export async function setup(): Promise<void> {
  const script = fileURLToPath(new URL('../../scripts/compile.mjs', import.meta.url))
  await promisify(execFile)(process.execPath, [script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  })
}
