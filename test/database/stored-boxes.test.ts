import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boxesFromStore, boxesToStore } from '../../src/database/stored-boxes.js'

const box = fc.record(
  {
    id: fc.string(),
    status: fc.constantFrom('correct', 'follows', 'incorrect', 'invalid', 'blank'),
    credit: fc.constantFrom(0, 0.5, 1),
    feedback: fc.array(fc.record({ code: fc.string(), message: fc.string() }), { maxLength: 1 }),
    entries: fc.array(fc.record({ status: fc.constant('correct'), credit: fc.constant(1) }), {
      maxLength: 2,
    }),
    misconceptions: fc.array(fc.constant('sign'), { maxLength: 1 }),
    weight: fc.constantFrom(0, 2),
  },
  { requiredKeys: ['id', 'status', 'credit', 'feedback'] },
)

test('whatever the boxes, they come out of the store as they went in', () => {
  fc.assert(
    fc.property(fc.array(box), boxes => {
      const stored: unknown = JSON.parse(JSON.stringify(boxesToStore(boxes)))
      expect(boxesFromStore(stored)).toEqual(boxes)
    }),
  )
})

test('a right box of which nothing is said is stored as its id, any other as it is', () => {
  const right = { id: 'a', status: 'correct', credit: 1, feedback: [] }
  const wrong = { id: 'b', status: 'incorrect', credit: 0, feedback: [] }
  const heavy = { ...right, id: 'c', weight: 2 }
  expect(boxesToStore([right, wrong, heavy])).toEqual(['a', wrong, heavy])
})

test('boxes that were stored whole are read as they are', () => {
  const whole = [{ id: 'a', status: 'correct', credit: 1, feedback: [] }]
  expect(boxesFromStore(whole)).toEqual(whole)
})
