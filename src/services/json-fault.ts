/**
 * Where a text stops being JSON (RFC 8259). The parser of the platform says it in some versions only, and not for all
 * texts.
 */

export type JsonFault = {
  /** Where reading stopped: 0-based, in UTF-16 units; the length of the text where it ends too early. */
  readonly position: number
  readonly message: string
}

const SPACE = /[ \t\n\r]*/y
const CHARACTERS = /[ !#-[\]-\uffff]+/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORD = /true|false|null/y

/** What may come next, as it is told. */
const EXPECTED = {
  value: 'a value is expected here',
  'value or ]': 'a value or "]" is expected here',
  'name or }': 'a name in double quotes or "}" is expected here',
  name: 'a name in double quotes is expected here',
  ':': '":" is expected here',
  ', or }': '"," or "}" is expected here',
  ', or ]': '"," or "]" is expected here',
  end: 'the text should end here',
} as const

type State = keyof typeof EXPECTED

/** The first place where a text is no JSON; undefined where it is. Loops, however deep the text nests or long it is. */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ('{' | '[')[] = []
  let state: State = 'value'
  let position = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = position
    const length = pattern.exec(text)?.[0].length ?? 0
    position += length
    return length > 0
  }
  const afterValue = (): State => {
    const around = open.at(-1)
    if (around === undefined) return 'end'
    return around === '{' ? ', or }' : ', or ]'
  }
  for (;;) {
    take(SPACE)
    const character = text[position]
    if (character === undefined) {
      return state === 'end'
        ? undefined
        : { position, message: `The text ends too early: ${EXPECTED[state]}.` }
    }
    if (character === '"' && /^(value|name)/.test(state)) {
      position += 1
      // One pattern for a whole string would need a stack as deep as the string has escapes.
      while (take(CHARACTERS) || take(ESCAPE));
      if (text[position] !== '"') return stringFault(text, position)
      position += 1
      state = state.startsWith('name') ? ':' : afterValue()
    } else if (state.startsWith('value') && (character === '{' || character === '[')) {
      open.push(character)
      position += 1
      state = character === '{' ? 'name or }' : 'value or ]'
    } else if (state.startsWith('value') && (take(NUMBER) || take(WORD))) {
      state = afterValue()
    } else if ((character === '}' || character === ']') && state.endsWith(`or ${character}`)) {
      open.pop()
      position += 1
      state = afterValue()
    } else if (character === ',' && state.startsWith(',')) {
      position += 1
      state = open.at(-1) === '{' ? 'name' : 'value'
    } else if (character === ':' && state === ':') {
      position += 1
      state = 'value'
    } else {
      return { position, message: `${capital(EXPECTED[state])}.` }
    }
  }
}

function stringFault(text: string, position: number): JsonFault {
  const character = text[position]
  if (character === undefined) return { position, message: 'The text ends inside a string.' }
  if (character === '\\') return { position, message: 'This is no escape that JSON knows.' }
  return { position, message: 'A line break or control character must be escaped in a string, as \\n is.' }
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
