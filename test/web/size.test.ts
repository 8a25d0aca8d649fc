import { readdir, readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

// Built once for the whole run, by what npm start builds with.
const FOLDER = new URL('../../dist/web/assets/', import.meta.url)

const KILOBYTE = 1_000

async function files() {
  const names = await readdir(FOLDER)
  return Promise.all(names.map(async name => ({ name, bytes: await readFile(new URL(name, FOLDER)) })))
}

test('all code of the pages is at most 60 kB gzipped, and with the styles at most 120 kB', async () => {
  const sizes = (await files()).map(({ name, bytes }) => ({ name, size: gzipSync(bytes).length }))
  const total = (end: string) =>
    sizes.filter(({ name }) => name.endsWith(end)).reduce((sum, { size }) => sum + size, 0)
  expect(total('.js')).toBeGreaterThan(1_000)
  expect(total('.js')).toBeLessThanOrEqual(60 * KILOBYTE)
  expect(total('')).toBeLessThanOrEqual(120 * KILOBYTE)
})

test('nothing but hashed code and one style sheet is served: no source map, and no library of the server', async () => {
  const all = await files()
  expect(
    all.map(({ name }) => name.replace(/-[\w-]{8}\./, '.')).filter(name => !/^[a-z-]+\.(js|css)$/.test(name)),
  ).toEqual([])
  expect(all.filter(({ name }) => name.endsWith('.css'))).toHaveLength(1)
  const code = all.map(({ bytes }) => bytes.toString()).join('\n')
  expect(code).not.toMatch(/sourceMappingURL|temml|MathJax|elkjs|ZodError/i)
  // What is right is worked out by the server alone.
  expect(code).not.toMatch(/finiteDifferences|logsumexp/)
})
