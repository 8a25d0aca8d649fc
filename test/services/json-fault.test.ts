import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findJsonFault } from '../../src/services/json-fault.js'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('where a text stops being JSON', () => {
  test.each([
    ['', 0, 'ends too early'],
    ['{', 1, 'a name in double quotes or "}"'],
    ['{"a" 1}', 5, '":" is expected'],
    ['{"a":}', 5, 'a value is expected'],
    ['{"a":1,}', 7, 'a name in double quotes is'],
    ["{'a':1}", 1, 'a name in double quotes'],
    ['[1 2]', 3, '"," or "]"'],
    ['[1,]', 3, 'a value is expected'],
    ['[1}', 2, '"," or "]"'],
    ['{"a":[}', 6, 'a value or "]"'],
    ['{"a":1 // why\n}', 7, '"," or "}"'],
    ['1 2', 2, 'should end here'],
    ['[01]', 2, '"," or "]"'],
    ['[+1]', 1, 'a value or'],
    ['[NaN]', 1, 'a value or'],
    ['["a\nb"]', 3, 'must be escaped'],
    ['["\\x"]', 2, 'no escape'],
    ['["a', 3, 'inside a string'],
  ])('%j: at %d', (text, position, message) => {
    const fault = findJsonFault(text)
    expect(fault?.position).toBe(position)
    expect(fault?.message.toLowerCase()).toContain(message.toLowerCase())
  })

  test('is nowhere in what the platform takes for JSON, and somewhere in all else', () => {
    const written = fc.json().map(text => JSON.stringify(JSON.parse(text), undefined, 1))
    const text = fc.tuple(
      written,
      fc.nat(),
      fc.constantFrom('', ',', '"', '}', ']', '1', ' ', ':', '\\', '-', 'e'),
    )
    fc.assert(
      fc.property(text, ([json, place, inserted]) => {
        const at = place % (json.length + 1)
        for (const changed of [
          json,
          json.slice(0, at) + inserted + json.slice(at),
          json.slice(0, at) + inserted + json.slice(at + 1),
        ]) {
          expect(findJsonFault(changed) === undefined).toBe(isJson(changed))
        }
      }),
      { numRuns: 500 },
    )
  })

  test('is found however deep or long the text is', () => {
    const depth = 200_000
    expect(findJsonFault('['.repeat(depth))?.position).toBe(depth)
    const length = 4_000_000
    expect(findJsonFault(`["${'a\\n'.repeat(length)}"`)?.position).toBe(3 * length + 3)
  })
})
