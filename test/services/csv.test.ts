import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvRows, type Cell } from '../../src/services/csv.js'
import { readCsv, readLeniently } from '../support/csv-reader.js'

/** What calculates in a spreadsheet, at the beginning of a cell. */
const CALCULATES = /^(?:[^\S\t\r\n]|\p{Cf})*[=+\-@＝＋－＠]|^[\t\r\n]/u

/** The same of a cell that may begin with the rest of another one. */
const CALCULATES_AT_LAST = /^(?:\s|\p{Cf})*[=+\-@＝＋－＠]/u

/** Takes the marks away again, told by the text alone. */
function unmarked(text: string): string {
  return text.replaceAll(
    /(?<=^|[;\t\r\n])'(?=(?:[^\S\t\r\n]|\p{Cf}|['"])*[=+\-@＝＋－＠])|^'(?='*[\t\r\n])/gu,
    '',
  )
}

/** Texts made of what is dangerous, and of anything else. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(...Array.from(`'"=+-@＝＋－＠;,| \t\r\n\u00a0\u200b\ufeffa1é名🙂ש`)),
    maxLength: 12,
  }),
)
const cells: fc.Arbitrary<Cell> = fc.oneof(
  texts,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(null),
)
const tables = fc
  .integer({ min: 1, max: 5 })
  .chain(width => fc.array(fc.array(cells, { minLength: width, maxLength: width }), { maxLength: 6 }))

describe('rows as text', () => {
  test.each<[string, Cell, string]>([
    ['plain text stands as it is', 'Ada Lovelace', 'Ada Lovelace'],
    ['a comma is quoted', 'Lovelace, Ada', '"Lovelace, Ada"'],
    ['a quote is doubled in quotes', 'Ada "the first"', '"Ada ""the first"""'],
    ['a line break is quoted', 'Ada\nLovelace', '"Ada\nLovelace"'],
    ['emoji stay', '🧑🏽‍🎓 Ada', '🧑🏽‍🎓 Ada'],
    ['text from right to left stays', 'עדה לאבלייס', 'עדה לאבלייס'],
    ['nothing is empty', null, ''],
    ['0 is 0', 0, '0'],
    ['a negative number stays a number', -1.5, '-1.5'],
    ['a formula is marked', '=1+1', "'=1+1"],
    ['a formula with a comma is marked inside its quotes', '=HYPERLINK("x",1)', '"\'=HYPERLINK(""x"",1)"'],
    ['plus', '+49', "'+49"],
    ['minus', '-1', "'-1"],
    ['at', '@sum', "'@sum"],
    ['a tab', '\tx', "'\tx"],
    ['a carriage return', '\rx', '"\'\rx"'],
    ['a wide equals sign', '＝1', "'＝1"],
    ['a formula after a blank', ' =1', "' =1"],
    ['a formula after what cannot be seen', '\u200b=1', "'\u200b=1"],
    ['a formula on the next line', 'x\n=1', '"x\n\'=1"'],
    ['a formula after what separates cells elsewhere', 'x;=1', "x;'=1"],
    ['a formula that quotes seem to end before', 'a;"=1;b', '"a;\'""=1;b"'],
    ['a formula after quotes, blanks and apostrophes', `a\t' "'=1`, `"a\t'' ""'=1"`],
    ['a minus inside', 'Bacharach-Levy', 'Bacharach-Levy'],
    ['a mark that was typed', "'=1", "''=1"],
    ['an apostrophe before a word', "'t Hooft", "'t Hooft"],
  ])('%s', (_name, cell, written) => {
    expect(csvRows([['x', cell]])).toBe(`x,${written}\r\n`)
  })

  test('no rows are no text', () => {
    expect(csvRows([])).toBe('')
  })

  test('whatever is written is read back, once the marks are taken away', () => {
    fc.assert(
      fc.property(tables, rows => {
        const read = readCsv(csvRows(rows))
        expect(read.map((row, at) => row.map((text, place) => readCell(text, rows[at]?.[place])))).toEqual(
          rows.map(row => row.map(cell => (Object.is(cell, -0) ? 0 : cell))),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('no text calculates, wherever a spreadsheet cuts it', () => {
    fc.assert(
      fc.property(texts, text => {
        const [[cell = ''] = []] = readCsv(csvRows([[text, 'x']]))
        // The cell as a whole, and its parts where semicolons, tabs or line breaks cut.
        for (const part of [cell, ...cell.split(/[;\t\r\n]/).filter(part => part !== '')]) {
          expect(part).not.toMatch(CALCULATES)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('no text calculates where lists are separated by %s, which cut through quotes', (_name, separator) => {
    const rows = fc.array(fc.array(texts, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(rows, all => {
        // The first cell of a row begins it: only texts that follow are cut by what is in them alone.
        const written = csvRows(all.map(row => ['x', ...row]))
        const lines = written.split(/[\r\n]+/)
        for (const part of [written, ...lines].flatMap(text => readLeniently(text, separator))) {
          expect(part).not.toMatch(CALCULATES_AT_LAST)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

/** A cell of what kind it was written as. */
function readCell(text: string, written: Cell | undefined): Cell {
  if (typeof written === 'number') return Number(text)
  return written === null && text === '' ? null : unmarked(text)
}
