import { useLayoutEffect, useState } from 'preact/hooks'
import type { RefObject } from 'preact'
import { scaleFor } from '../state/geometry.js'

/** How large a figure of that width is shown in an element, as the element changes its width. */
export function useScale(element: RefObject<HTMLElement | null>, figureWidth: number): number {
  const [scale, setScale] = useState(1)
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return undefined
    const measure = (): void => {
      setScale(scaleFor(current.clientWidth, figureWidth))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(current)
    return () => {
      observer.disconnect()
    }
  }, [element, figureWidth])
  return scale
}
