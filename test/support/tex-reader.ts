/**
 * Reads the TeX that formulas are written in as a person does, and computes its value. It shares no code with the
 * printer: that the values agree shows that every bracket that matters is there. What a person would stumble over is
 * an error: a sign after a sign, a digit or a fraction straight after a factor, a power of what is no base.
 */

type Functions = Readonly<Record<string, (x: number, y: number) => number>>

const FUNCTIONS: Functions = {
  '\\ln': Math.log,
  '\\log_{10}': Math.log10,
  '\\log_{2}': Math.log2,
  '\\sin': Math.sin,
  '\\cos': Math.cos,
  '\\tan': Math.tan,
  '\\arcsin': Math.asin,
  '\\arccos': Math.acos,
  '\\arctan': Math.atan,
  '\\sinh': Math.sinh,
  '\\cosh': Math.cosh,
  '\\tanh': Math.tanh,
  '\\sigma': x => 1 / (1 + Math.exp(-x)),
  '\\min': Math.min,
  '\\max': Math.max,
  '\\operatorname{exp}': Math.exp,
  '\\operatorname{sign}': Math.sign,
  '\\operatorname{relu}': x => Math.max(x, 0),
  '\\operatorname{leaky\\_relu}': x => (x > 0 ? x : x / 100),
  '\\operatorname{softplus}': x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
}

/** The value of a formula; `names` are the TeX of names with their values. Throws on what cannot be read. */
export function readTex(tex: string, names: ReadonlyMap<string, number>): number {
  let rest = tex
  const fail = (what: string): never => {
    throw new Error(`${what} at …${rest} in ${tex}`)
  }
  const skip = (): void => {
    rest = rest.trimStart()
  }
  const take = (text: string): boolean => {
    skip()
    if (!rest.startsWith(text)) return false
    rest = rest.slice(text.length)
    return true
  }
  const expect = (text: string): void => {
    if (!take(text)) fail(`no ${text}`)
  }
  const match = (pattern: RegExp): string | undefined => {
    skip()
    const found = pattern.exec(rest)?.[0]
    if (found !== undefined) rest = rest.slice(found.length)
    return found
  }
  const inBraces = (): number => {
    expect('{')
    const value = sum()
    expect('}')
    return value
  }
  const inBrackets = (): number[] => {
    expect('\\left(')
    const values = [sum()]
    while (take(',')) values.push(sum())
    expect('\\right)')
    return values
  }

  function sum(): number {
    let value = take('-') ? -product() : product()
    for (;;) {
      if (take('+')) value += product()
      else if (take('-')) value -= product()
      else return value
    }
  }

  function product(): number {
    let value = factor()
    for (;;) {
      if (take('\\cdot')) {
        value *= factor()
        continue
      }
      skip()
      if (rest === '' || /^([}+\-,>]|\\right)/.test(rest)) return value
      if (/^([0-9.]|\\frac|\\mathbf)/.test(rest)) fail('a factor that runs into the one before it')
      value *= factor()
    }
  }

  function factor(): number {
    const scientific = match(/^[0-9.]+ \\cdot 10\^\{-?[0-9]+\}/) ?? match(/^10\^\{-?[0-9]+\}/)
    if (scientific !== undefined) {
      const [, mantissa = '1', exponent = ''] =
        /^(?:([0-9.]+) \\cdot )?10\^\{(-?[0-9]+)\}$/.exec(scientific) ?? []
      return Number(`${mantissa}e${exponent}`)
    }
    const whole = call() ?? enclosed()
    if (whole !== undefined) {
      if (rest.startsWith('^')) fail('a power of what is no base')
      return whole
    }
    const base = atom()
    if (!take('^')) return base
    const power = inBraces()
    if (rest.startsWith('^')) fail('a power of a power')
    return base === Math.E ? Math.exp(power) : power === 0.5 ? Math.sqrt(base) : base ** power
  }

  function call(): number | undefined {
    for (const [head, value] of Object.entries(FUNCTIONS).sort(([a], [b]) => b.length - a.length)) {
      const after = rest.trimStart().slice(head.length)
      if (!rest.trimStart().startsWith(head) || !/^(\^\{[0-9]\})?\\left\(/.test(after)) continue
      if (names.has(head)) continue
      take(head)
      const power = take('^') ? inBraces() : 1
      const [x = Number.NaN, y = Number.NaN] = inBrackets()
      return value(x, y) ** power
    }
    return undefined
  }

  /** What encloses its operands. */
  function enclosed(): number | undefined {
    if (take('\\frac')) {
      const top = inBraces()
      return top / inBraces()
    }
    if (take('\\sqrt')) return Math.sqrt(inBraces())
    if (take('\\left|')) {
      const value = Math.abs(sum())
      expect('\\right|')
      return value
    }
    if (take('\\mathbf{1}\\left[')) {
      const value = sum()
      expect('>0\\right]')
      return value > 0 ? 1 : 0
    }
    return undefined
  }

  function atom(): number {
    skip()
    if (rest.startsWith('\\left(')) {
      const [value = Number.NaN, ...others] = inBrackets()
      if (others.length > 0) fail('two values in brackets')
      return value
    }
    const digits = match(/^[0-9]+(\.[0-9]+)?/)
    if (digits !== undefined) return Number(digits)
    for (const [name, value] of [...names].sort(([a], [b]) => b.length - a.length))
      if (take(name)) return value
    if (take('\\pi')) return Math.PI
    return take('e') ? Math.E : fail('no value')
  }

  const value = sum()
  skip()
  return rest === '' ? value : fail('something left')
}
