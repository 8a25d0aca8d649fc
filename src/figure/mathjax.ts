/**
 * The typesetter: MathJax without a browser. TeX goes in; glyph outlines with their places come out.
 */
import { MathJaxNewcmFont } from '@mathjax/mathjax-newcm-font/js/svg.js'
import type { LiteElement } from '@mathjax/src/js/adaptors/lite/Element.js'
import { liteAdaptor } from '@mathjax/src/js/adaptors/liteAdaptor.js'
import { RegisterHTMLHandler } from '@mathjax/src/js/handlers/html.js'
import { TeX } from '@mathjax/src/js/input/tex.js'
import '@mathjax/src/js/input/tex/ams/AmsConfiguration.js'
import '@mathjax/src/js/input/tex/base/BaseConfiguration.js'
import { mathjax } from '@mathjax/src/js/mathjax.js'
import { SVG } from '@mathjax/src/js/output/svg.js'
import type { Mark, Typeset, Typesetter } from './typeset.js'

/**
 * Set once at the start: it has a character of each file of the font that names and formulas may need beyond its core
 * (letters with accents, Greek, ℝ). MathJax loads those files when it meets such a character, and only while it may wait.
 */
const ALPHABET = String.raw`\mathrm{ÀΆ} ÀðΆ \mathbb{R} \mathsf{T} \left(\frac{1}{2}\right)`

/** Wide enough for any formula to stay on one line. */
const UNBROKEN = 1_000_000
const UNITS_PER_EM = 1000
/** What MathJax takes an em to be; only its ratio to the width given matters. */
const PIXELS_PER_EM = 16

/**
 * Starts MathJax, which takes some tenths of a second; then it sets a formula in one or two milliseconds. TeX that it
 * cannot read is an error: all TeX here is made by us.
 */
export async function createTypesetter(): Promise<Typesetter> {
  RegisterHTMLHandler(liteAdaptor())
  // The name is one of the font's own files; MathJax has no import of its own.
  mathjax.asyncLoad = (name: string): Promise<unknown> => import(name)
  const document = mathjax.document('', {
    InputJax: new TeX({
      packages: ['base', 'ams'],
      formatError: (_input: unknown, error: Error) => {
        throw error
      },
    }),
    OutputJax: new SVG({
      fontData: MathJaxNewcmFont,
      fontCache: 'none',
      displayAlign: 'left',
      displayOverflow: 'linebreak',
      linebreaks: { inline: false },
    }),
  })
  const options = (maxWidth: number) => ({
    display: true,
    em: PIXELS_PER_EM,
    ex: PIXELS_PER_EM / 2,
    containerWidth: maxWidth * PIXELS_PER_EM,
    scale: 1,
  })
  await document.convertPromise(ALPHABET, options(UNBROKEN))
  return (tex, maxWidth = UNBROKEN) => {
    // With the lite adaptor, a container with one svg in it.
    const container = document.convert(tex, options(maxWidth)) as LiteElement
    return readTypeset(container.children[0] as LiteElement)
  }
}

/** How far a part is moved and scaled against the whole, in the units of MathJax. */
type Frame = { readonly x: number; readonly y: number; readonly scaleX: number; readonly scaleY: number }

/** MathJax draws inside a frame that it turns upside down; so turned back, y runs upwards. */
const UPRIGHT: Frame = { x: 0, y: 0, scaleX: 1, scaleY: -1 }

/** MathJax's SVG as marks: its nested moves and scales are multiplied out. */
function readTypeset(svg: LiteElement): Typeset {
  const [, top = 0, width = 0, height = 0] = numbersIn(svg, 'viewBox')
  const marks: Mark[] = []
  // A list and not recursion: formulas nest as deep as expressions do. It is taken from its end.
  const open = childrenOf(svg).map((child): [LiteElement, Frame] => [child, UPRIGHT])
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [element, outer] = next
    const frame = element.kind === 'svg' ? windowFrame(element, outer) : placed(element, outer)
    const mark = markOf(element, frame)
    if (mark === undefined) for (const child of childrenOf(element)) open.push([child, frame])
    else marks.push(mark)
  }
  const em = (units: number): number => units / UNITS_PER_EM
  return { width: em(width), ascent: em(-top), descent: em(height + top), marks }
}

function markOf(element: LiteElement, frame: Frame): Mark | undefined {
  const { x, y, scaleX, scaleY } = frame
  const at = { x: x / UNITS_PER_EM, y: y / UNITS_PER_EM }
  switch (element.kind) {
    case 'path':
      return { kind: 'glyph', outline: textOf(element, 'd'), ...at, scaleX, scaleY }
    case 'rect':
      return {
        kind: 'bar',
        x: at.x + (numberOf(element, 'x') * scaleX) / UNITS_PER_EM,
        y: at.y + (numberOf(element, 'y') * scaleY) / UNITS_PER_EM,
        width: (numberOf(element, 'width') * scaleX) / UNITS_PER_EM,
        height: (numberOf(element, 'height') * scaleY) / UNITS_PER_EM,
      }
    case 'text': {
      const size = (numberOf(element, 'font-size') * Math.abs(scaleX)) / UNITS_PER_EM
      return { kind: 'character', text: contentOf(element), ...at, size }
    }
    case 'g':
    case 'svg':
      return undefined
    default:
      throw new Error(`MathJax drew an unknown element: ${element.kind}`)
  }
}

/** `translate(x,y)`, `scale(s)`, `scale(x,y)`, in any sequence; nothing else is drawn with. */
function placed(element: LiteElement, outer: Frame): Frame {
  let { x, y, scaleX, scaleY } = outer
  for (const [, kind, list = ''] of textOf(element, 'transform').matchAll(/([a-z]+)\(([^)]*)\)/g)) {
    const [first = 0, second] = list.split(/[\s,]+/).map(Number)
    if (kind === 'translate') {
      x += first * scaleX
      y += (second ?? 0) * scaleY
    } else if (kind === 'scale') {
      scaleX *= first
      scaleY *= second ?? first
    } else {
      throw new Error(`MathJax drew with an unknown transform: ${kind ?? ''}`)
    }
  }
  return { x, y, scaleX, scaleY }
}

/**
 * The stretched part of a tall bracket: MathJax draws it half as long again as it needs and cuts it off by a nested svg.
 * Shrunk to two thirds about its middle it just fills that window, and nothing needs to be cut.
 */
function windowFrame(svg: LiteElement, outer: Frame): Frame {
  const [left = 0, bottom = 0, width = 0, height = 0] = numbersIn(svg, 'viewBox')
  const [x, y] = [numberOf(svg, 'x') - left, numberOf(svg, 'y') - bottom]
  const [shrinkX, shrinkY] = left === 0 ? [1, 2 / 3] : [2 / 3, 1]
  const middle = { x: (left + width / 2) * (1 - shrinkX), y: (bottom + height / 2) * (1 - shrinkY) }
  return {
    x: outer.x + (x + middle.x) * outer.scaleX,
    y: outer.y + (y + middle.y) * outer.scaleY,
    scaleX: outer.scaleX * shrinkX,
    scaleY: outer.scaleY * shrinkY,
  }
}

function childrenOf(element: LiteElement): LiteElement[] {
  return element.children.filter((child): child is LiteElement => 'children' in child)
}

function contentOf(element: LiteElement): string {
  return element.children.map(child => ('value' in child ? child.value : '')).join('')
}

function textOf(element: LiteElement, attribute: string): string {
  const value: unknown = element.attributes[attribute]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function numberOf(element: LiteElement, attribute: string): number {
  return Number.parseFloat(textOf(element, attribute)) || 0
}

function numbersIn(element: LiteElement, attribute: string): number[] {
  return textOf(element, attribute).split(/\s+/).map(Number)
}
