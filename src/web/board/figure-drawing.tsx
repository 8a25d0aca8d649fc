import { useLayoutEffect, useRef } from 'preact/hooks'

/** A drawing that the server made: an element of the page, or the text of one. */
export type Drawing = Element | string

/** The drawing in its place. What the server draws holds no script and escapes what people wrote. */
export function FigureDrawing({ drawing }: { readonly drawing: Drawing }) {
  const host = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (host.current === null) return
    if (typeof drawing === 'string') host.current.innerHTML = drawing
    else host.current.replaceChildren(drawing)
  }, [drawing])
  return <div class="drawing" ref={host} />
}
