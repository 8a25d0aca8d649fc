import { describe, expect, test } from 'vitest'
import { createExpressionPool } from '../../src/engine/expression.js'
import { formulaOf, type FormulaOptions } from '../../src/engine/formula.js'
import { OPERATIONS } from '../../src/engine/operations.js'
import type { Shape } from '../../src/engine/tensor.js'
import { exactly, read } from '../support/engine.js'

const NAMES = ['a', 'b', 'c', 'd', 'i', 'w', 'x', 'y', 'z', 'w0', 'lambda', 'loss', 'dJ_da']

function shown(text: string, options: FormulaOptions = {}, names: readonly string[] = NAMES) {
  return formulaOf(read(text, names).root, options)
}

describe('an expression in TeX', () => {
  test.each([
    ['2*a', '2 a'],
    ['w*x', 'w x'],
    ['2*3', '2 \\cdot 3'],
    ['x*3', 'x \\cdot 3'],
    ['2*3*x', '2 \\cdot 3 x'],
    ['w0*lambda*loss', 'w_{0} \\lambda \\mathrm{loss}'],
    ['2*pi*e', '2 \\pi e'],
    ['a*(b + c)', 'a\\left(b+c\\right)'],
    ['(a + b)*c', '\\left(a+b\\right) c'],
    ['a*(b*c)', 'a\\left(b c\\right)'],
    ['2*(a/b)', '2 \\cdot \\frac{a}{b}'],
    ['a/b*c', '\\frac{a}{b} c'],
    ['a/(b*c)', '\\frac{a}{b c}'],
    ['1/3', '\\frac{1}{3}'],
    ['-(w*x + b)', '-\\left(w x+b\\right)'],
    ['-a*b', '-a b'],
    ['-(a*b)', '-a b'],
    ['a*(-b)', 'a\\left(-b\\right)'],
    ['a - (-b)', 'a-\\left(-b\\right)'],
    ['--a', '-\\left(-a\\right)'],
    ['a - (b - c)', 'a-\\left(b-c\\right)'],
    ['a - b - c', 'a-b-c'],
    ['-1/i^2', '-\\frac{1}{i^{2}}'],
    ['-(a + b)/c', '-\\frac{a+b}{c}'],
    ['-2*a/b', '-\\frac{2 a}{b}'],
    ['a/(-b)', '\\frac{a}{-b}'],
    ['a^2', 'a^{2}'],
    ['a^b^c', 'a^{b^{c}}'],
    ['(a^b)^c', '\\left(a^{b}\\right)^{c}'],
    ['(a + b)^2', '\\left(a+b\\right)^{2}'],
    ['(-a)^2', '\\left(-a\\right)^{2}'],
    ['-a^2', '-a^{2}'],
    ['(a/b)^2', '\\left(\\frac{a}{b}\\right)^{2}'],
    ['w0^2', 'w_{0}^{2}'],
    ['3*2^x', '3 \\cdot 2^{x}'],
    ['square(a - b)', '\\left(a-b\\right)^{2}'],
    ['sqrt(a + b)', '\\sqrt{a+b}'],
    ['sqrt(a)^2', '\\left(\\sqrt{a}\\right)^{2}'],
    ['exp(-x)', 'e^{-x}'],
    ['exp(x)^2', '\\left(e^{x}\\right)^{2}'],
    ['ln(x)', '\\ln\\left(x\\right)'],
    ['log10(x) + log2(x)', '\\log_{10}\\left(x\\right)+\\log_{2}\\left(x\\right)'],
    ['sin(x)*cos(x)', '\\sin\\left(x\\right) \\cos\\left(x\\right)'],
    ['1 - tanh(x)^2', '1-\\tanh^{2}\\left(x\\right)'],
    ['sin(x)^y', '\\left(\\sin\\left(x\\right)\\right)^{y}'],
    ['asin(x)', '\\arcsin\\left(x\\right)'],
    ['max(a, b)', '\\max\\left(a, b\\right)'],
    ['2*abs(x)', '2 \\left|x\\right|'],
    ['sigmoid(z)', '\\sigma\\left(z\\right)'],
    ['leaky_relu(z)', '\\operatorname{leaky\\_relu}\\left(z\\right)'],
    ['sign(x)', '\\operatorname{sign}\\left(x\\right)'],
    ['sign(relu(a - b))', '\\mathbf{1}\\left[a-b>0\\right]'],
    ['0.01 + 0.99*sign(relu(x))', '0.01+0.99 \\cdot \\mathbf{1}\\left[x>0\\right]'],
    ['1e30*x', '10^{30} x'],
    ['2.5e-12', '2.5 \\cdot 10^{-12}'],
    ['x*2.5e-12', 'x\\left(2.5 \\cdot 10^{-12}\\right)'],
    ['0.5*x', '0.5 x'],
  ])('%s is written %s', (text, tex) => {
    expect(shown(text).tex).toBe(tex)
  })

  test('of a number that no literal is has its sign in front', () => {
    const pool = createExpressionPool()
    expect(formulaOf(pool.number(exactly('-1/3')))).toEqual({ text: '-1/3', tex: '-\\frac{1}{3}' })
    expect(formulaOf(pool.apply(OPERATIONS.power, [pool.number(exactly('-2')), pool.name('a')])).tex).toBe(
      '\\left(-2\\right)^{a}',
    )
  })

  test.each([
    ['e', 'exp(x)', '\\operatorname{exp}\\left(x\\right)'],
    ['sigma', 'sigmoid(x)', '\\operatorname{sigmoid}\\left(x\\right)'],
    ['σ', 'sigmoid(x)', '\\operatorname{sigmoid}\\left(x\\right)'],
  ])('beside a name %s, %s is written %s', (name, text, tex) => {
    expect(shown(text, { names: new Set([name, 'x']) }).tex).toBe(tex)
    expect(shown(`${text}*${name}`, {}, [name, 'x']).tex).toContain(tex)
  })
})

describe('a node named like a function', () => {
  test.each([
    ['ln*(x + 1)', '\\mathrm{ln} \\cdot \\left(x+1\\right)'],
    ['-ln*(x + 1)', '-\\mathrm{ln} \\cdot \\left(x+1\\right)'],
    ['c - (-ln)*(x + 1)', 'c-\\left(-\\mathrm{ln} \\cdot \\left(x+1\\right)\\right)'],
    ['2*ln*(x + 1)', '2 \\mathrm{ln} \\cdot \\left(x+1\\right)'],
    ['ln^2*(x + 1)', '\\mathrm{ln}^{2} \\cdot \\left(x+1\\right)'],
    ['ln*(x + 1)^2', '\\mathrm{ln} \\cdot \\left(x+1\\right)^{2}'],
    ['ln*abs(x)', '\\mathrm{ln} \\cdot \\left|x\\right|'],
    ['sigma*(x + 1)', '\\sigma \\cdot \\left(x+1\\right)'],
    ['ln*x', '\\mathrm{ln} x'],
    ['x*(ln + 1)', 'x\\left(\\mathrm{ln}+1\\right)'],
    ['(c + ln)*(x + 1)', '\\left(c+\\mathrm{ln}\\right)\\left(x+1\\right)'],
    ['x^ln*(x + 1)', 'x^{\\mathrm{ln}}\\left(x+1\\right)'],
    ['loss*(x + 1)', '\\mathrm{loss}\\left(x+1\\right)'],
  ])('is not called by the brackets behind it: %s is written %s', (text, tex) => {
    expect(shown(text, {}, ['c', 'x', 'ln', 'sigma', 'loss']).tex).toBe(tex)
  })
})

describe('an expression as text', () => {
  test('calls a function by its other name where a name of the graph has taken the first', () => {
    const { root } = read('log(x)', ['x'])
    expect(formulaOf(root, { names: new Set(['x', 'ln']) }).text).toBe('log(x)')
    expect(formulaOf(root, { names: new Set(['x']) }).text).toBe('ln(x)')
    expect(formulaOf(root, { names: new Set(['x', 'ln', 'log']) }).text).toBe('ln(x)')
  })
})

describe('names as they are told to be written', () => {
  const texOfName = (name: string): string =>
    name === 'dJ_da' ? '\\frac{\\partial J}{\\partial a}' : name.toUpperCase()

  test.each([
    ['3*dJ_da', '3 \\cdot \\frac{\\partial J}{\\partial a}'],
    ['x*dJ_da', 'X \\cdot \\frac{\\partial J}{\\partial a}'],
    ['-dJ_da', '-\\frac{\\partial J}{\\partial a}'],
    ['dJ_da*x', '\\frac{\\partial J}{\\partial a} X'],
    ['dJ_da^2', '\\left(\\frac{\\partial J}{\\partial a}\\right)^{2}'],
  ])('%s is written %s', (text, tex) => {
    expect(shown(text, { texOfName }).tex).toBe(tex)
  })
})

describe('numbers put in for names', () => {
  const numberOf = (name: string): number | undefined =>
    new Map([
      ['a', 11],
      ['b', -4],
      ['c', 8],
      ['d', 1e-9],
      ['x', Number.NaN],
    ]).get(name)

  test.each([
    ['2*a', '2*11', '2 \\cdot 11'],
    ['a*c', '11*8', '11 \\cdot 8'],
    ['a*y', '11*y', '11 y'],
    ['b + c', '(-4) + 8', '\\left(-4\\right)+8'],
    ['c - b', '8 - (-4)', '8-\\left(-4\\right)'],
    ['a*b', '11*(-4)', '11 \\cdot \\left(-4\\right)'],
    ['a*(1 - a)', '11*(1 - 11)', '11 \\cdot \\left(1-11\\right)'],
    ['b^2/2', '(-4)^2/2', '\\frac{\\left(-4\\right)^{2}}{2}'],
    ['-b', '-(-4)', '-\\left(-4\\right)'],
    ['exp(b)', 'exp(-4)', 'e^{-4}'],
    ['max(b, c)', 'max(-4, 8)', '\\max\\left(-4, 8\\right)'],
    ['b', '-4', '-4'],
    ['2*b', '2*(-4)', '2 \\cdot \\left(-4\\right)'],
    ['2*b^2', '2*(-4)^2', '2 \\cdot \\left(-4\\right)^{2}'],
    ['y*a^2', 'y*11^2', 'y \\cdot 11^{2}'],
    ['a/b', '11/(-4)', '\\frac{11}{-4}'],
    ['a*d', '11*0.000000001', '11 \\cdot 10^{-9}'],
    ['2*x', '2*x', '2 x'],
  ])('make %s into %s and %s', (text, inText, inTex) => {
    expect(shown(text, { numberOf })).toEqual({ text: inText, tex: inTex })
  })
})

describe('arrays', () => {
  const shapes = new Map<string, Shape>([
    ['X', [4, 2]],
    ['W', [3, 4]],
    ['u', [4]],
    ['v', [4]],
  ])
  const shapeOfName = (name: string): Shape => shapes.get(name) ?? []

  test.each([
    ['matmul(W, u) + v', 'W u+v'],
    ['matmul(transpose(X), u - v)', 'X^{\\top}\\left(u-v\\right)'],
    ['u*v', 'u \\odot v'],
    ['-u*v', '-u \\odot v'],
    ['2*(u*v)', '2\\left(u \\odot v\\right)'],
    ['u*v*v', 'u \\odot v \\odot v'],
    ['u*(v*v)', 'u \\odot \\left(v \\odot v\\right)'],
    ['u + (-u)*v', 'u+\\left(-u \\odot v\\right)'],
    ['u - (-u)*v', 'u-\\left(-u \\odot v\\right)'],
    ['(-u)*v - u', '-u \\odot v-u'],
    ['-((-u)*v)', '-\\left(-u \\odot v\\right)'],
    ['u - (-u)*v*v', 'u-\\left(-u \\odot v \\odot v\\right)'],
    ['u*((-u)*v)', 'u \\odot \\left(-u \\odot v\\right)'],
    ['(-u)*v/a', '-\\frac{u \\odot v}{a}'],
    ['a + dot(-u, v)', 'a+\\left(-u \\cdot v\\right)'],
    ['a - dot(-u, v)', 'a-\\left(-u \\cdot v\\right)'],
    ['dot(u*v, v)', '\\left(u \\odot v\\right) \\cdot v'],
    ['dot(-(u*v), v)', '\\left(-u \\odot v\\right) \\cdot v'],
    ['a - dot(-(u*v), v)', 'a-\\left(-u \\odot v\\right) \\cdot v'],
    ['dot(u, v)*u', '\\left(u \\cdot v\\right) u'],
    ['(-dot(u, v))*u', '\\left(-u \\cdot v\\right) u'],
    ['a - (-dot(u, v))*u', 'a-\\left(-u \\cdot v\\right) u'],
    ['a - u*v', 'a-u \\odot v'],
    ['u*(-v)', 'u \\odot \\left(-v\\right)'],
    ['a*u', 'a u'],
    ['dot(u, v)', 'u \\cdot v'],
    ['dot(u, v)*a', '\\left(u \\cdot v\\right) a'],
    ['dot(a, u)', 'a u'],
    ['mean(u^2)', '\\operatorname{mean}\\left(u^{2}\\right)'],
    [
      '-sum(u*log_softmax(v))',
      '-\\operatorname{sum}\\left(u \\odot \\ln\\operatorname{softmax}\\left(v\\right)\\right)',
    ],
  ])('%s is written %s', (text, tex) => {
    expect(shown(text, { shapeOfName }, [...shapes.keys(), 'a']).tex).toBe(tex)
  })
})
