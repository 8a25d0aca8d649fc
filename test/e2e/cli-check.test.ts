import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LAB_NETWORK_0 } from '../support/lab-graphs.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'chainmark-check-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Runs `chainmark check` where there is no configuration and, in production, could be no database. */
function check(
  args: readonly string[],
  input: string | Buffer = '',
): { code: number | null; stdout: string; stderr: string } {
  const cli = path.resolve('dist/cli.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'check', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
    input,
    encoding: 'utf8',
    // Ended, where it would read on for ever.
    timeout: 20_000,
  })
  return { code: status, stdout, stderr }
}

test('an author checks a file, standard input, and what is neither, without a database', () => {
  writeFileSync(path.join(folder, 'graph.json'), JSON.stringify(LAB_NETWORK_0))
  const clean = check(['graph.json'])
  expect(clean).toMatchObject({ code: 0, stderr: '' })
  expect(clean.stdout).toMatch(/^dJ_dw {2}66 {5}6\*a$/m)
  expect(clean.stdout).toMatch(/\nno faults, no warnings\n$/)

  const faulty = check(['-'], JSON.stringify({ ...LAB_NETWORK_0, output: 'K' }))
  expect(faulty).toMatchObject({ code: 1, stderr: '' })
  expect(faulty.stdout).toContain('fault: unknown-output at /output\n')

  const missing = check(['\u001b[2J.json'])
  expect(missing).toMatchObject({ code: 2, stdout: '' })
  expect(missing.stderr).toMatch(/^chainmark: The file cannot be read: ENOENT.*\\u001b\[2J\.json'\n$/)
  expect(check([])).toMatchObject({ code: 2, stderr: expect.stringContaining('FILE is missing') })

  expect(readdirSync(folder)).toEqual(['graph.json'])
})

test('no more is read of a file or of standard input than can be published', () => {
  const tooLarge =
    'fault: body-too-large\n  The definition is larger than 2 MiB, the most that can be published.\n'
  const endless = check(['/dev/zero'])
  expect(endless).toMatchObject({ code: 1, stderr: '' })
  expect(endless.stdout).toContain(tooLarge)
  const lab = JSON.stringify(LAB_NETWORK_0)
  expect(check(['-'], lab.padEnd(2 ** 21))).toMatchObject({ code: 0, stderr: '' })
  const large = check(['-'], Buffer.alloc(2 ** 21 + 1, ' '))
  expect(large).toMatchObject({ code: 1, stderr: '' })
  expect(large.stdout).toContain(tooLarge)
})
