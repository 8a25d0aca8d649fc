/** A reader of CSV by the letter of RFC 4180, that shares nothing with what writes it. */

/** The rows of a text, each of its cells. Throws on whatever the grammar does not have: a lone LF or CR, a stray quote. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let at = 0
  const fault = (what: string): Error =>
    new Error(`${what} at ${String(at)}: ${text.slice(at - 20, at + 20)}`)

  const readQuoted = (): string => {
    let cell = ''
    at += 1
    for (;;) {
      const quote = text.indexOf('"', at)
      if (quote < 0) throw fault('a quote is not closed')
      cell += text.slice(at, quote)
      at = quote + 1
      if (text[at] !== '"') return cell
      cell += '"'
      at += 1
    }
  }
  const readPlain = (): string => {
    const begin = at
    while (at < text.length && !',\r\n"'.includes(text.charAt(at))) at += 1
    return text.slice(begin, at)
  }

  while (at < text.length) {
    const row: string[] = []
    for (;;) {
      row.push(text[at] === '"' ? readQuoted() : readPlain())
      if (text[at] !== ',') break
      at += 1
    }
    if (!text.startsWith('\r\n', at)) throw fault('a row does not end with CRLF')
    at += 2
    rows.push(row)
  }
  return rows
}

/**
 * The cells of a text as spreadsheets read it that know another separator: a cell that begins with a quote goes to the next
 * single one, and has whatever follows up to the separator or the end of the line appended. Nothing is a fault.
 */
export function readLeniently(text: string, separator: string): string[] {
  const cells: string[] = []
  let at = 0
  while (at <= text.length) {
    let cell = ''
    // Blanks before a quote are skipped by some.
    const quoted = /^ *"/.exec(text.slice(at))
    if (quoted !== null) {
      at += quoted[0].length
      for (; at < text.length; at += 1) {
        if (text[at] !== '"') cell += text.charAt(at)
        else if (text[at + 1] === '"') {
          cell += '"'
          at += 1
        } else break
      }
      at += 1
    }
    while (at < text.length && text[at] !== separator && !'\r\n'.includes(text.charAt(at))) {
      cell += text.charAt(at)
      at += 1
    }
    cells.push(cell)
    at += 1
  }
  return cells
}
