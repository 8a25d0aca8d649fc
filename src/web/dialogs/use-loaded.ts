import { useEffect, useState } from 'preact/hooks'
import { request } from '../browser/requests.js'

export type Loaded<Body> =
  { readonly kind: 'loading' } | { readonly kind: 'failed' } | { readonly kind: 'here'; readonly body: Body }

/** What an address answers, asked once. */
export function useLoaded<Body>(path: string): Loaded<Body> {
  const [loaded, setLoaded] = useState<Loaded<Body>>({ kind: 'loading' })
  useEffect(() => {
    let isWanted = true
    void request<Body>(path).then(outcome => {
      if (isWanted)
        setLoaded(outcome.kind === 'ok' ? { kind: 'here', body: outcome.body } : { kind: 'failed' })
    })
    return () => {
      isWanted = false
    }
  }, [path])
  return loaded
}
