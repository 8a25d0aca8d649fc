import { useLayoutEffect, useRef } from 'preact/hooks'
import type { CascadePage } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'
import { Dialog } from './dialog.js'
import { Formula } from './formula.js'
import { useLoaded } from './use-loaded.js'

type CascadeDialogProps = {
  readonly strings: Strings
  readonly path: string
  readonly onClose: () => void
}

/** A small change of one parameter that runs through the graph. */
export function CascadeDialog({ strings, path, onClose }: CascadeDialogProps) {
  const { practice } = strings
  const loaded = useLoaded<CascadePage>(path)
  return (
    <Dialog title={practice.cascade} closeLabel={practice.close} onClose={onClose}>
      {loaded.kind === 'loading' && <p role="status">{practice.loading}</p>}
      {loaded.kind === 'failed' && <p role="alert">{practice.notLoaded}</p>}
      {loaded.kind === 'here' && <Cascades strings={strings} page={loaded.body} />}
    </Dialog>
  )
}

function Cascades({ strings, page }: { readonly strings: Strings; readonly page: CascadePage }) {
  const { practice } = strings
  const { svg, width, cascades } = page
  if (svg === null && cascades.length === 0) return <p>{practice.noCascade}</p>
  return (
    <>
      <p>{practice.cascadeIntro}</p>
      {svg !== null && <CascadeFigure svg={svg} width={width} label={practice.cascade} />}
      {cascades.map(({ from, lines }) => (
        <section key={from}>
          <h3>{practice.cascadeFrom(from)}</h3>
          <ul class="cascade-lines">
            {lines.map((line, index) => (
              <li key={index}>
                <Formula {...line} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}

/** In a tree of its own: its names would be those of the page's other figure. */
function CascadeFigure({
  svg,
  width,
  label,
}: {
  readonly svg: string
  readonly width: number
  readonly label: string
}) {
  const host = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (host.current === null) return
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
    root.innerHTML = svg
    const drawing = root.querySelector('svg')
    drawing?.style.setProperty('display', 'block')
    drawing?.style.setProperty('width', '100%')
    drawing?.style.setProperty('height', 'auto')
  }, [svg])
  return (
    <div class="cascade-scroll" role="region" tabIndex={0} aria-label={label}>
      <div class="cascade-figure" ref={host} style={{ minWidth: `${String(Math.round(width * 0.75))}px` }} />
    </div>
  )
}
