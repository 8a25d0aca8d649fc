import type { PageBox, StepsView } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'
import { Dialog } from './dialog.js'
import { Formula } from './formula.js'
import { useLoaded } from './use-loaded.js'

type StepsDialogProps = {
  readonly strings: Strings
  readonly box: PageBox
  readonly path: string
  /** What opens the address, where it is not open to everybody. */
  readonly headers?: Readonly<Record<string, string>>
  readonly onClose: () => void
}

/** How one box is worked out, step by step. */
export function StepsDialog({ strings, box, path, headers, onClose }: StepsDialogProps) {
  const { practice } = strings
  const loaded = useLoaded<StepsView>(path, headers)
  return (
    <Dialog title={practice.showHowOf(box.label.text)} closeLabel={practice.close} onClose={onClose}>
      {loaded.kind === 'loading' && <p role="status">{practice.loading}</p>}
      {loaded.kind === 'failed' && <p role="alert">{practice.notLoaded}</p>}
      {loaded.kind === 'here' && (
        <>
          <ol class="steps">
            {loaded.body.steps.map((step, index) => (
              <li key={index}>
                <Formula {...step} />
              </li>
            ))}
          </ol>
          <p>
            {practice.result} <output class="result">{loaded.body.value}</output>
          </p>
        </>
      )}
    </Dialog>
  )
}
