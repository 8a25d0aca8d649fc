import type { Strings } from '../../strings/strings.js'
import type { Trouble } from '../state/persistent.js'

type BannerProps = {
  readonly strings: Strings
  readonly trouble: Trouble | null
  readonly onRetry: () => void
}

/** Says calmly that the server cannot be reached, and that nothing is lost. */
export function Banner({ strings, trouble, onRetry }: BannerProps) {
  return (
    <div role="status" class="banner-place">
      {trouble !== null && (
        <div class="banner">
          <p>{troubleText(strings, trouble)}</p>
          <button type="button" onClick={onRetry}>
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
