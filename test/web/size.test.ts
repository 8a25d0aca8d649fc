import { readdir, readFile } from 'node:fs/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

// Built once for the whole run, by what npm start builds with.
const FOLDER = new URL('../../dist/web/assets/', import.meta.url)

const KILOBYTE = 1_000

/** What the build made of its own, and what it compressed them to. */
async function files() {
  const names = await readdir(FOLDER)
  const all = await Promise.all(
    names.map(async name => ({ name, bytes: await readFile(new URL(name, FOLDER)) })),
  )
  return {
    whole: all.filter(({ name }) => !/\.(br|gz)$/.test(name)),
    compressed: new Map(all.map(({ name, bytes }) => [name, bytes])),
  }
}

test.each([
  ['.br', brotliDecompressSync],
  ['.gz', gunzipSync],
] as const)(
  'as it is sent, in %s, all code of the pages is at most 60 kB, and with the styles at most 120 kB',
  async (form, decode) => {
    const { whole, compressed } = await files()
    const sizes = whole.map(({ name, bytes }) => {
      const sent = compressed.get(name + form)
      expect(sent === undefined ? undefined : decode(sent).equals(bytes), name).toBe(true)
      return { name, size: sent?.length ?? 0 }
    })
    const total = (end: string) =>
      sizes.filter(({ name }) => name.endsWith(end)).reduce((sum, { size }) => sum + size, 0)
    expect(total('.js')).toBeGreaterThan(1_000)
    expect(total('.js')).toBeLessThanOrEqual(60 * KILOBYTE)
    expect(total('')).toBeLessThanOrEqual(120 * KILOBYTE)
  },
)

test('nothing but hashed code and one style sheet is served: no source map, and no library of the server', async () => {
  const { whole: all } = await files()
  expect(
    all.map(({ name }) => name.replace(/-[\w-]{8}\./, '.')).filter(name => !/^[a-z-]+\.(js|css)$/.test(name)),
  ).toEqual([])
  expect(all.filter(({ name }) => name.endsWith('.css'))).toHaveLength(1)
  const code = all.map(({ bytes }) => bytes.toString()).join('\n')
  expect(code).not.toMatch(/sourceMappingURL|temml|MathJax|elkjs|ZodError/i)
  // What is right is worked out by the server alone.
  expect(code).not.toMatch(/finiteDifferences|logsumexp/)
})
