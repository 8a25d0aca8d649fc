import { expect, test } from 'vitest'
import { createExpressionPool, operandsFirst, type Expression } from '../../src/engine/expression.js'
import { OPERATIONS } from '../../src/engine/operations.js'

test('two expressions of one pool are the same exactly where operation and operands are', () => {
  const pool = createExpressionPool()
  const names = ['a', 'b', 'c', 'd', 'e'].map(name => pool.name(name))
  const made = new Set<Expression>()
  for (const code of OPERATIONS.functions.values())
    for (const left of names)
      for (const right of names) {
        const expression = pool.apply(code, [left, right])
        expect(pool.apply(code, [left, right])).toBe(expression)
        made.add(expression)
      }
  expect(made.size).toBe(new Set(OPERATIONS.functions.values()).size * names.length ** 2)
})

test('operands come before what uses them, each once, the root last', () => {
  const pool = createExpressionPool()
  const [a, b] = [pool.name('a'), pool.name('b')]
  const sum = pool.apply(OPERATIONS.add, [b, a])
  const root = pool.apply(OPERATIONS.multiply, [sum, pool.apply(OPERATIONS.negate, [sum])])
  expect(operandsFirst(root)).toEqual([a, b, sum, root.kind === 'apply' ? root.operands[1] : undefined, root])
})
