/** Lines of a terminal, out of text that nobody vouches for. */

/** The widest line, in columns. */
export const WIDTH = 100

const BETWEEN = ' · '

/**
 * A text as one line that shows all it holds: control characters, line ends, marks of direction and whatever else has no
 * look of its own are written as escapes, so that none reaches the terminal.
 */
export function visible(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, character => {
    const code = character.codePointAt(0)?.toString(16) ?? ''
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
  })
}

/** How many columns a line takes, a character each. */
export function widthOf(line: string): number {
  return Array.from(line).length
}

/** Lines no wider than `WIDTH`, broken at spaces, and within words that are wider than a line; all after the first indented. */
export function wrap(text: string, first: string, rest = first): string[] {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  const end = (): void => {
    lines.push(line.trimEnd())
    line = rest
    isEmpty = true
  }
  for (const word of visible(text).split(' ')) {
    if (!isEmpty && widthOf(line) + 1 + widthOf(word) > WIDTH) end()
    let characters = Array.from(word)
    while (widthOf(line) + characters.length > WIDTH) {
      const room = Math.max(1, WIDTH - widthOf(line) - (isEmpty ? 0 : 1))
      line += `${isEmpty ? '' : ' '}${characters.slice(0, room).join('')}`
      characters = characters.slice(room)
      end()
    }
    line += `${isEmpty ? '' : ' '}${characters.join('')}`
    isEmpty = false
  }
  end()
  return lines
}

/** Items side by side, as many in a line as fit. One that is wider than a line is wrapped. */
export function wrapItems(items: readonly string[], indent: string): string[] {
  const lines: string[] = []
  for (const item of items) {
    const line = lines.at(-1)
    const joined = `${line ?? indent}${line === undefined ? '' : BETWEEN}${visible(item)}`
    if (line !== undefined && widthOf(joined) <= WIDTH) lines[lines.length - 1] = joined
    else lines.push(...wrap(item, indent, `${indent}  `))
  }
  return lines
}

/** The part of a line around a place, and a caret under that place. */
export function pointAt(text: string, position: number, indent: string): [string, string] {
  const room = WIDTH - widthOf(indent)
  let before = Array.from(visible(text.slice(0, position)))
  let after = Array.from(visible(text.slice(position)))
  const most = Math.max(room - after.length, Math.floor(room / 2)) - 1
  if (before.length > most) before = ['…', ...before.slice(before.length - most + 1)]
  if (before.length + after.length > room) after = [...after.slice(0, room - before.length - 1), '…']
  return [`${indent}${before.join('')}${after.join('')}`, `${indent}${' '.repeat(before.length)}^`]
}
