/** Rows as text: RFC 4180, and safe to be opened in a spreadsheet. */
import { stringify } from 'csv-stringify/sync'

/** A text, a number, or nothing. */
export type Cell = string | number | null

/**
 * The places in a text before which a mark is set: where a spreadsheet would take what follows for a formula, by itself or
 * after blanks that some of them skip. The wide forms are those of East Asian keyboards. That is at the beginning, and after
 * what separates cells or rows elsewhere: where lists are separated by semicolons, spreadsheets cut at them. A quote that
 * follows is doubled: begun and ended at once, it is nothing to them, and what is behind it begins their cell. Marks that are
 * there already count with what follows them, so that taking one away at every such place always gives back what was there.
 */
const FORMULAS = /(?<=^|[;\t\r\n])(?=(?:[^\S\t\r\n]|\p{Cf}|['"])*[=+\-@＝＋－＠])|^(?='*[\t\r\n])/gu

/** A text as a spreadsheet shows it and does not calculate it. */
function asText(text: string): string {
  return text.replaceAll(FORMULAS, "'")
}

/**
 * Rows in the form of RFC 4180: separated by commas, each ended by CRLF, in quotes where needed. A text that a spreadsheet
 * would calculate has an apostrophe before that (OWASP, CSV injection); numbers stay numbers; null is an empty cell.
 */
export function csvRows(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map(cells => [...cells]),
    // With a delimiter of one's own, line breaks inside a cell are quoted only where that is asked for.
    { record_delimiter: '\r\n', quote_record_delimiter: true, cast: { string: asText, number: String } },
  )
}
