import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { elementBytes } from '../../src/http/element-bytes.js'

const lengths = (text: string) => elementBytes(Buffer.from(text), 'items')

describe('how long elements are, as they were sent', () => {
  test.each<[string, string, number[]]>([
    ['of none', '{"items":[ ]}', []],
    ['without the space around them', '{"items": [ 1 ,\n "ab"\t, {"a": [1, 2]} ] }', [1, 4, 13]],
    ['in bytes', '{"items":["ü","€"]}', [4, 5]],
    ['with quotes and brackets in texts', '{"items":["\\"]","\\\\",["],["]]}', [5, 4, 7]],
    ['beside other fields', '{"x":[1,2],"y":{"items":[1]},"items":[333],"z":[[4]]}', [3]],
    ['of a name that is written with escapes', '{"\\u0069tems":[22]}', [2]],
    ['of the last of two, as it is parsed', '{"items":[1,2,3],"items":[44]}', [2]],
    ['of the last of two that is none', '{"items":[1,2,3],"items":7}', []],
    ['of no array', '{"items":{"a":[1,2]}}', []],
    ['of no object', '[{"items":[1]},"items",[2]]', []],
    ['of a text', '"items"', []],
  ])('%s', (_name, text, expected) => {
    expect(lengths(text)).toEqual(expected)
  })

  test('is what each takes by itself, whatever they are', () => {
    const space = fc.constantFrom('', ' ', '\n\t')
    fc.assert(
      fc.property(fc.array(fc.json()), fc.json(), space, space, (elements, other, before, after) => {
        const items = elements.map(element => before + element + after).join()
        const expected = elements.map(element => Buffer.byteLength(element))
        expect(lengths(`${before}{"other":${other},"items":[${items}]${after},"more":${other}}`)).toEqual(
          expected,
        )
      }),
    )
  })
})
