/** A drawing as wide as there is room for, and what stands over it. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { useScale } from './use-scale.js'

/** A drawing that the server made: an element of the page, or the text of one. */
export type Drawing = Element | string

type Size = { readonly width: number; readonly height: number }

type FigureCanvasProps = {
  readonly drawing: Drawing
  readonly size: Size
  /** What a drawing without fields is called, beside another of the page: the names in it are its own. */
  readonly apartAs?: string
  /** What stands over the drawing at a scale, in pixels a unit of the drawing. */
  readonly children: (scale: number) => ComponentChildren
}

/** Where it is wider than its column it scrolls. */
export function FigureCanvas({ drawing, size, apartAs, children }: FigureCanvasProps) {
  const column = useRef<HTMLDivElement>(null)
  const scale = useScale(column, size.width)
  return (
    <div class="figure-column" ref={column} {...(apartAs === undefined ? {} : scrollableByKeys(apartAs))}>
      <div class="figure-canvas" style={{ width: px(size.width * scale), height: px(size.height * scale) }}>
        <FigureDrawing drawing={drawing} isApart={apartAs !== undefined} />
        {children(scale)}
      </div>
    </div>
  )
}

/** Nothing in it takes the focus, so that it does itself. */
function scrollableByKeys(label: string) {
  return { role: 'region', tabIndex: 0, 'aria-label': label } as const
}

type FigureDrawingProps = { readonly drawing: Drawing; readonly isApart: boolean }

/** The drawing in its place. What the server draws holds no script and escapes what people wrote. */
function FigureDrawing({ drawing, isApart }: FigureDrawingProps) {
  const host = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = host.current
    if (element === null) return
    const root = isApart ? (element.shadowRoot ?? element.attachShadow({ mode: 'open' })) : element
    if (typeof drawing === 'string') root.innerHTML = drawing
    else root.replaceChildren(drawing)
    // Styles of the page do not reach into a tree of its own.
    const svg = isApart ? root.querySelector('svg') : null
    for (const [name, value] of FILLING) svg?.style.setProperty(name, value)
  }, [drawing, isApart])
  return <div class="drawing" ref={host} />
}

const FILLING = [
  ['display', 'block'],
  ['width', '100%'],
  ['height', '100%'],
] as const

/** A length of CSS. */
export function px(length: number): string {
  return `${String(Math.round(length * 100) / 100)}px`
}
