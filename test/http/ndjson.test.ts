import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLineCutter, type Line, type LineLimits } from '../../src/http/ndjson.js'

const PLENTY: LineLimits = { bytes: 1_000_000, lineBytes: 1_000, lines: 1_000 }

/** The lines of a text that arrives in chunks of these lengths, again and again. */
function cut(text: string, lengths: readonly number[], limits: LineLimits = PLENTY): string[] {
  const bytes = Buffer.from(text)
  const cutter = createLineCutter(limits)
  const lines: Line[] = []
  for (let start = 0, index = 0; start < bytes.length; index += 1) {
    const end = start + (lengths[index % lengths.length] ?? bytes.length)
    const cutNow = cutter.take(bytes.subarray(start, end))
    lines.push(...cutNow)
    if (cutNow.at(-1)?.kind === 'too-much') break
    start = end
  }
  lines.push(...cutter.end())
  return lines.map(line => (line.kind === 'line' ? line.bytes.toString() : line.kind))
}

const texts = fc
  .array(fc.constantFrom('a', 'bc', 'def', 'ü', ' ', '\t', '\r', '\n', '\n'))
  .map(parts => parts.join(''))
const chunks = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })

describe('lines', () => {
  test('are those that are not blank, however the text is cut into chunks', () => {
    fc.assert(
      fc.property(texts, chunks, (text, lengths) => {
        const expected = text.split('\n').filter(line => /[^ \t\r]/.test(line))
        expect(cut(text, lengths)).toEqual(expected)
      }),
    )
  })

  test('are bounded alike, however the text is cut into chunks', () => {
    const small = fc.record({
      bytes: fc.integer({ min: 0, max: 40 }),
      lineBytes: fc.integer({ min: 1, max: 6 }),
      lines: fc.integer({ min: 1, max: 5 }),
    })
    fc.assert(
      fc.property(texts, chunks, small, (text, lengths, limits) => {
        expect(cut(text, lengths, limits)).toEqual(cut(text, [1_000_000], limits))
      }),
    )
  })

  test.each<[string, string, Partial<LineLimits>, string[]]>([
    ['as long as may be', 'abc\nabc', { lineBytes: 3 }, ['abc', 'abc']],
    ['too long, and followed by others', 'abcd\nabc', { lineBytes: 3 }, ['too-long', 'abc']],
    ['as many as may be', 'a\nb\n\n', { lines: 2 }, ['a', 'b']],
    ['too many', 'a\nb\nc\nd', { lines: 2 }, ['a', 'b', 'too-much']],
    ['as much as may be', 'a\nbc', { bytes: 4 }, ['a', 'bc']],
    ['too much: those that end before are taken', 'a\nbcd', { bytes: 4 }, ['a', 'too-much']],
  ])('%s', (_name, text, limits, expected) => {
    expect(cut(text, [text.length], { ...PLENTY, ...limits })).toEqual(expected)
  })
})
