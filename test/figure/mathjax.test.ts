import { beforeAll, describe, expect, test } from 'vitest'
import { formulaOf } from '../../src/engine/formula.js'
import { isName, texName } from '../../src/engine/names.js'
import { createTypesetter } from '../../src/figure/mathjax.js'
import type { Mark, Typesetter } from '../../src/figure/typeset.js'
import { read } from '../support/engine.js'

let typesetter: Typesetter

beforeAll(async () => {
  typesetter = await createTypesetter()
})

function glyphs(marks: readonly Mark[]): Extract<Mark, { kind: 'glyph' }>[] {
  return marks.filter(mark => mark.kind === 'glyph')
}

/** Letters that Unicode has not assigned; a name may hold them, no font does. */
const UNASSIGNED = new Set(['\u038B', '\u038D', '\u03A2'])

const LETTERS = Array.from({ length: 0x400 }, (_, code) => String.fromCharCode(code)).filter(
  letter => isName(letter) && !UNASSIGNED.has(letter),
)

describe('every letter that a name may hold is drawn as a glyph', () => {
  test.each([
    ['alone', (letter: string) => letter],
    ['in a word', (letter: string) => `a${letter}`],
    ['as an index', (letter: string) => `x_${letter}`],
  ])('%s', (_, nameOf) => {
    for (const letter of LETTERS) {
      const { marks } = typesetter(texName(nameOf(letter)))
      expect(
        marks.filter(mark => mark.kind === 'character'),
        letter,
      ).toEqual([])
      expect(glyphs(marks).every(mark => mark.outline.startsWith('M'))).toBe(true)
    }
  })
})

test('a character that no font has is left to the reader, as text', () => {
  expect(typesetter('\u038B').marks).toMatchObject([{ kind: 'character', text: '\u038B' }])
})

const EXPRESSIONS = [
  ...'exp ln log10 log2 sqrt abs sign sin cos tan asin acos atan sinh cosh tanh sigmoid relu leaky_relu softplus square'
    .split(' ')
    .map(name => `${name}(x)`),
  ...'transpose sum mean softmax log_softmax logsumexp'.split(' ').map(name => `${name}(x)`),
  ...'min max matmul dot'.split(' ').map(name => `${name}(x, y)`),
  ...['x + y', 'x - y', 'x*y', 'x/y', 'x^y', '-x', 'pi*e', '1e-9*x', 'sign(relu(x))', '(1 + x)^(1/3)'],
]

test.each(EXPRESSIONS)('the formula of %s can be set', expression => {
  const { tex } = formulaOf(read(expression, ['x', 'y']).root)
  const { width, ascent, marks } = typesetter(tex)
  expect(width).toBeGreaterThan(0)
  expect(ascent).toBeGreaterThan(0)
  expect(marks.length).toBeGreaterThan(0)
})

test('measures are those of the formula: a fraction has its bar on the axis, its parts above and below', () => {
  const { ascent, descent, marks } = typesetter('\\frac{1}{2}')
  expect([ascent, descent]).toEqual([expect.closeTo(1.34, 1), expect.closeTo(0.69, 1)])
  expect(marks.find(mark => mark.kind === 'bar')).toMatchObject({ y: expect.closeTo(0.22, 2) })
  expect(glyphs(marks).map(mark => Math.sign(mark.y))).toEqual([-1, 1])
})

test('an index is smaller and lower', () => {
  const [first, second] = glyphs(typesetter('w_{0}').marks).sort((a, b) => a.x - b.x)
  expect(first).toMatchObject({ y: 0, scaleX: 1, scaleY: 1 })
  expect(second!.y).toBeLessThan(0)
  expect(second!.scaleX).toBeCloseTo(0.707, 2)
})

test('the stretched part of a tall bracket reaches from its lower to its upper end and no farther', () => {
  const rows = Array.from({ length: 12 }, () => '1').join('\\\\')
  const { ascent, descent, marks } = typesetter(`\\begin{pmatrix}${rows}\\end{pmatrix}`)
  const stretched = glyphs(marks).filter(mark => mark.scaleY > 2)
  expect(stretched).toHaveLength(2)
  for (const { outline, y, scaleY } of stretched) {
    const heights = [...outline.matchAll(/-?\d+(?=[A-Z]|$)/g)].map(([digits]) => Number(digits) / 1000)
    const [low, high] = [Math.min(...heights), Math.max(...heights)].map(height => y + height * scaleY)
    expect(low).toBeGreaterThan(-descent)
    expect(high).toBeLessThan(ascent)
    expect(high! - low!).toBeGreaterThan((ascent + descent) / 2)
  }
})

test('what is wider than asked is broken into lines, and what fits is not', () => {
  const sum = 'a + b + c + d + e + f + g + h'
  const whole = typesetter(sum)
  const broken = typesetter(sum, 5)
  expect(broken.width).toBeLessThanOrEqual(5)
  expect(broken.ascent + broken.descent).toBeGreaterThan(2 * (whole.ascent + whole.descent))
  expect(glyphs(broken.marks)).toHaveLength(glyphs(whole.marks).length)
  expect(typesetter(sum, 50).width).toBe(whole.width)
})

test('what is no TeX is an error, and no picture of an error', () => {
  expect(() => typesetter('\\frac{1')).toThrow()
  expect(() => typesetter('\\undefined')).toThrow()
  expect(() => typesetter('\\href{https://example.org}{x}')).toThrow()
})
