import type { CascadePage } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'
import { FigureLabel } from '../board/echoes.js'
import { FigureCanvas } from '../board/figure-canvas.js'
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
  const { svg, width, height, labels, cascades } = page
  if (svg === null && cascades.length === 0) return <p>{practice.noCascade}</p>
  return (
    <>
      <p>{practice.cascadeIntro}</p>
      {svg !== null && (
        <FigureCanvas drawing={svg} size={{ width, height }} apartAs={practice.cascade}>
          {scale => labels.map((label, index) => <FigureLabel key={index} scale={scale} {...label} />)}
        </FigureCanvas>
      )}
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
