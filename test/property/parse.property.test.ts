import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createExpressionPool, operandsFirst } from '../../src/engine/expression.js'
import { createStepBudget, ExpressionError } from '../../src/engine/faults.js'
import { OPERATIONS } from '../../src/engine/operations.js'
import { ANSWER_LIMITS } from '../../src/engine/parse.js'
import { printExpression } from '../../src/engine/print.js'
import { readAnswer, type Reading } from '../../src/grading/read-answer.js'
import { plenty, read } from '../support/engine.js'
import { anyText, build, NAMES, sketch, tokenSoup } from '../support/expressions.js'

const WIDE = { characters: 1_000_000, depth: 1000, operations: 1_000_000 }

describe('printing and parsing', () => {
  test('what is printed is read back as the very same expression', () => {
    const seen = new Set<number>()
    fc.assert(
      fc.property(sketch, from => {
        const pool = createExpressionPool()
        const expression = build(pool, from)
        const text = printExpression(expression)
        const { root, operands } = read(text, NAMES, { pool, limits: WIDE })
        expect(root).toBe(expression)
        expect(printExpression(root)).toBe(text)
        const parts = operandsFirst(root)
        expect([...operands].sort()).toEqual(
          parts.flatMap(part => (part.kind === 'name' ? [part.name] : [])).sort(),
        )
        for (const part of parts) if (part.kind === 'apply') seen.add(part.operation)
      }),
      { numRuns: 1500 },
    )
    // All of the table but the copy and log_add_exp, which have no text.
    expect(seen.size).toBe(OPERATIONS.rows.length - 2)
  })
})

describe('reading never fails in a way of its own', () => {
  /** What an expression is refused with; anything else thrown fails the test. */
  function refusedWith(text: string): ExpressionError | undefined {
    for (const limits of [WIDE, ANSWER_LIMITS]) {
      try {
        read(text, NAMES, { limits })
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error
        expect(error.position).toBeGreaterThanOrEqual(0)
        expect(error.position).toBeLessThanOrEqual(text.length)
        expect(error.message).not.toBe('')
        expect(error.message.isWellFormed()).toBe(true)
        return error
      }
    }
    return undefined
  }

  test('an expression is read or refused with an ExpressionError, whatever the text', () => {
    fc.assert(
      fc.property(anyText, text => {
        refusedWith(text)
      }),
      { numRuns: 3000 },
    )
  })

  test("so it is for any order of the language's own tokens, of which many are read", () => {
    let accepted = 0
    fc.assert(
      fc.property(
        fc.oneof(
          tokenSoup,
          sketch.map(from => printExpression(build(createExpressionPool(), from))),
        ),
        text => {
          if (refusedWith(text) === undefined) accepted += 1
        },
      ),
      { numRuns: 1000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  test('a budget of any size refuses as too complex, or changes nothing', () => {
    fc.assert(
      fc.property(tokenSoup, fc.nat(400), (text, steps) => {
        const outcome = (budget: ReturnType<typeof createStepBudget>): string => {
          try {
            return printExpression(read(text, NAMES, { budget }).root)
          } catch (error) {
            if (!(error instanceof ExpressionError)) throw error
            return error.code
          }
        }
        expect([outcome(plenty()), 'too-complex']).toContain(outcome(createStepBudget(steps)))
      }),
      { numRuns: 500 },
    )
  })
})

/** A reading that can be compared: with the number itself in the place of the way to it. */
function plain(reading: Reading): object {
  return reading.kind === 'number' ? { ...reading, exact: reading.exact() } : reading
}

describe('reading an answer', () => {
  const answers = fc.oneof(
    anyText,
    fc.double(),
    fc.anything(),
    sketch.map(from => printExpression(build(createExpressionPool(), from))),
  )

  test('never throws, says the same every time, and gives a finite number or a reason', () => {
    const kinds = new Map<string, number>()
    fc.assert(
      fc.property(answers, typed => {
        const first = readAnswer(typed, { names: new Set(['x', 'y', 'J']), budget: plenty() })
        const second = readAnswer(typed, { names: new Set(['x', 'y', 'J']), budget: plenty() })
        expect(plain(second)).toEqual(plain(first))
        if (first.kind === 'number') {
          expect(Number.isFinite(first.double)).toBe(true)
          expect(first.exact().denominator > 0n).toBe(true)
        }
        if (first.kind === 'unreadable') {
          expect(first.message).not.toBe('')
          expect(first.message.isWellFormed()).toBe(true)
        }
        kinds.set(first.kind, (kinds.get(first.kind) ?? 0) + 1)
      }),
      { numRuns: 4000 },
    )
    expect([...kinds.keys()].sort()).toEqual(['blank', 'number', 'unreadable'])
  })

  test('plain decimals and fractions are the numbers that the parser makes of them', () => {
    const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${String(max)}}$`))
    const decimal = fc
      .tuple(
        digits(20),
        fc.constantFrom('', '.', '.5', '.000', '.123456789'),
        fc.constantFrom('', 'e3', 'E-12', 'e+99'),
      )
      .map(parts => parts.join(''))
    const fraction = fc.tuple(digits(15), digits(15)).map(([top, bottom]) => `${top} / ${bottom}`)
    fc.assert(
      fc.property(fc.constantFrom('', '-', '+', '−', '- '), fc.oneof(decimal, fraction), (sign, text) => {
        const options = { names: new Set<string>(), budget: plenty() }
        const [read, parsed] = [readAnswer(sign + text, options), readAnswer(`(${sign}${text})`, options)]
        expect(plain(read)).toEqual({
          ...plain(parsed),
          ...('position' in read ? { position: read.position } : {}),
        })
      }),
      { numRuns: 2000 },
    )
  })

  test('spaces around it make no difference', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(' ', '\t', '\n', '\u00a0', '\u2003'), (text, space) => {
        const names = new Set(['x'])
        const alone = plain(readAnswer(text, { names, budget: plenty() }))
        // Only the place of a fault moves with the text.
        const moved = 'position' in alone ? { ...alone, position: expect.any(Number) } : alone
        expect(plain(readAnswer(space + text + space, { names, budget: plenty() }))).toEqual(moved)
      }),
      { numRuns: 1000 },
    )
  })
})
