import { useEffect, useRef } from 'preact/hooks'
import type { Strings } from '../../strings/strings.js'
import type { Trouble } from '../state/persistent.js'

type BannerProps = {
  readonly strings: Strings
  readonly trouble: Trouble | null
  readonly onRetry: () => void
}

/** Says calmly that the server cannot be reached, and that nothing is lost. */
export function Banner({ strings, trouble, onRetry }: BannerProps) {
  const wasPressed = useRef(false)
  useEffect(() => {
    if (trouble !== null || !wasPressed.current) return
    wasPressed.current = false
    // The button is gone, and with it the place of who has pressed it.
    if (document.activeElement === document.body) document.getElementById('app')?.focus()
  }, [trouble])
  return (
    <div role="status" class="banner-place">
      {trouble !== null && (
        <div class="banner">
          <p>{troubleText(strings, trouble)}</p>
          <button
            type="button"
            onClick={() => {
              wasPressed.current = true
              onRetry()
            }}
          >
            {strings.network.retry}
          </button>
        </div>
      )}
    </div>
  )
}

function troubleText({ network }: Strings, trouble: Trouble): string {
  switch (trouble.kind) {
    case 'lost':
      return network.lost
    case 'busy':
      return network.busy(trouble.seconds)
    case 'failed':
      return network.failed
  }
}
