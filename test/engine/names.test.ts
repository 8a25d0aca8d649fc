import { describe, expect, test } from 'vitest'
import { isName, isReservedName, texName } from '../../src/engine/names.js'

describe('a name', () => {
  test.each(['a', 'J', 'w0', 'w_out', 'λ', 'Ω', 'é', 'Å', 'µ', 'x1_', 'a'.repeat(32)])('may be %s', name => {
    expect(isName(name)).toBe(true)
  })

  test.each([
    '',
    '0a',
    '_a',
    'a b',
    'a-b',
    'a.b',
    '×',
    '÷',
    'a×',
    'ж',
    '名',
    'a\u0301',
    'a\n',
    'a\u0000',
    'a'.repeat(33),
  ])('may not be %j', name => {
    expect(isName(name)).toBe(false)
  })

  test.each([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    '__defineGetter__',
  ])('may not be %s, which objects answer to', name => {
    expect(isReservedName(name)).toBe(true)
  })

  test.each(['e', 'exp', 'length', 'name', 'a'])('%s is not reserved', name => {
    expect(isReservedName(name)).toBe(false)
  })
})

describe('a name in TeX', () => {
  test.each([
    ['a', 'a'],
    ['w0', 'w_{0}'],
    ['w_0', 'w_{0}'],
    ['x12', 'x_{12}'],
    ['w_out', 'w_{\\mathrm{out}}'],
    ['w_out_2', 'w_{\\mathrm{out},2}'],
    ['loss', '\\mathrm{loss}'],
    ['loss2', '\\mathrm{loss}_{2}'],
    ['lambda', '\\lambda'],
    ['λ', '\\lambda'],
    ['phi', '\\phi'],
    ['varphi', '\\varphi'],
    ['φ', '\\varphi'],
    ['ϕ', '\\phi'],
    ['epsilon', '\\epsilon'],
    ['ε', '\\varepsilon'],
    ['Upsilon', '\\Upsilon'],
    ['Υ', '\\Upsilon'],
    ['µ', '\\mu'],
    ['μ', '\\mu'],
    ['a_', '\\mathrm{a\\_}'],
    ['x1_', '\\mathrm{x1\\_}'],
    ['a__b', '\\mathrm{a\\_\\_b}'],
    ['w_1x', 'w_{\\mathrm{1x}}'],
    ['dJ_da', '\\mathrm{dJ}_{\\mathrm{da}}'],
    ['λ1', '\\lambda_{1}'],
    ['sigma_w', '\\sigma_{w}'],
    ['Δ', '\\Delta'],
    ['x1y', '\\mathrm{x1y}'],
    ['é', 'é'],
  ])('%s is %s', (name, tex) => {
    expect(texName(name)).toBe(tex)
  })

  test('holds no command that is not ours', () => {
    for (const name of ['a__b', 'a_', 'input', 'w_input_0', 'def_x'])
      expect(texName(name).replaceAll(/\\(mathrm|_)/g, '')).not.toContain('\\')
  })
})
