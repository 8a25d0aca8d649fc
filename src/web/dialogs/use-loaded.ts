import { useEffect, useState } from 'preact/hooks'
import { request } from '../browser/requests.js'

export type Loaded<Body> =
  { readonly kind: 'loading' } | { readonly kind: 'failed' } | { readonly kind: 'here'; readonly body: Body }

type Headers = Readonly<Record<string, string>>

const NO_HEADERS: Headers = {}

/** What an address answers, asked once; the same headers are to be the same object. */
export function useLoaded<Body>(path: string, headers: Headers = NO_HEADERS): Loaded<Body> {
  const [loaded, setLoaded] = useState<Loaded<Body>>({ kind: 'loading' })
  useEffect(() => {
    let isWanted = true
    void request<Body>(path, { headers }).then(outcome => {
      if (isWanted)
        setLoaded(outcome.kind === 'ok' ? { kind: 'here', body: outcome.body } : { kind: 'failed' })
    })
    return () => {
      isWanted = false
    }
  }, [path, headers])
  return loaded
}
