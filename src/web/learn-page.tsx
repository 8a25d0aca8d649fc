/** An assignment for one learner: opened by a token, filled in, submitted. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { SessionView } from '../contracts/learn.js'
import type { Language } from '../contracts/languages.js'
import { stringsOf, type Strings } from '../strings/strings.js'
import { Banner } from './board/banner.js'
import { wait } from './browser/requests.js'
import { storageOf } from './browser/storage.js'
import { Assignment } from './learn-assignment.js'
import { createSessionRequests, lastSubject, rememberSubject } from './learn-session.js'
import type { Entries } from './state/board.js'
import { createDraftStore } from './state/drafts.js'
import { createPersistent, type Trouble } from './state/persistent.js'

type LearnPageProps = { readonly token: string | null; readonly language: Language }

type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'ended' }
  | {
      readonly kind: 'open'
      readonly session: SessionView
      /** What was typed for other values, to be looked at again; null: what the device has kept. */
      readonly carried: Entries | null
    }

/** The whole page. */
export function LearnPage({ token, language }: LearnPageProps) {
  const strings = stringsOf(language)
  if (token === null) return <Message title={strings.learn.noToken} text={strings.learn.noTokenHelp} />
  return <OpenedPage token={token} language={language} strings={strings} />
}

type OpenedPageProps = {
  readonly token: string
  readonly language: Language
  readonly strings: Strings
}

function OpenedPage({ token, language, strings }: OpenedPageProps) {
  const [phase, setPhase] = useState<Phase>({ kind: 'loading' })
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [kit] = useState(() => {
    const requests = createSessionRequests(token, language)
    const reading = createPersistent<null, SessionView>({
      send: () => requests.read(),
      wait,
      onTrouble: setTrouble,
      onAnswer(session) {
        rememberSubject(storageOf('sessionStorage'), session.subject)
        setPhase({ kind: 'open', session, carried: null })
      },
      onProblem({ status, detail }) {
        setPhase(status === 401 ? { kind: 'ended' } : { kind: 'refused', detail })
      },
    })
    return { requests, reading }
  })
  useEffect(() => {
    const { reading } = kit
    reading.start(null)
    window.addEventListener('online', reading.now)
    return () => {
      reading.stop()
      window.removeEventListener('online', reading.now)
    }
  }, [kit])
  const title = useRef(document.title)
  const session = phase.kind === 'open' ? phase.session : null
  useEffect(() => {
    if (session !== null) document.title = `${session.assignment.title} – ${title.current}`
  }, [session])

  return (
    <>
      {trouble !== null && <Banner strings={strings} trouble={trouble} onRetry={kit.reading.now} />}
      {phase.kind === 'loading' && <h1>{strings.learn.loading}</h1>}
      {phase.kind === 'refused' && <Message title={strings.learn.notLoaded} text={phase.detail} />}
      {phase.kind === 'ended' && (
        <Message title={strings.learn.ended} text={strings.learn.endedHelp}>
          <KeptEntries strings={strings} entries={keptEntries()} />
        </Message>
      )}
      {phase.kind === 'open' && (
        <Assignment
          // Other values are another piece of work, with entries of its own.
          key={phase.session.subject}
          session={phase.session}
          carried={phase.carried}
          language={language}
          requests={kit.requests}
          onSession={(next, carried) => {
            rememberSubject(storageOf('sessionStorage'), next.subject)
            setPhase({ kind: 'open', session: next, carried })
          }}
        />
      )}
    </>
  )
}

type MessageProps = {
  readonly title: string
  readonly text: string
  readonly children?: ComponentChildren
}

function Message({ title, text, children }: MessageProps) {
  return (
    <div class="message">
      <h1>{title}</h1>
      <p>{text}</p>
      {children}
    </div>
  )
}

/** What this tab had typed in the session that has ended. */
function keptEntries(): Entries {
  const subject = lastSubject(storageOf('sessionStorage'))
  return subject === null ? new Map() : createDraftStore(storageOf('localStorage'), subject).read().entries
}

function KeptEntries({ strings, entries }: { readonly strings: Strings; readonly entries: Entries }) {
  if (entries.size === 0) return null
  return (
    <section aria-labelledby="kept-title">
      <h2 id="kept-title">{strings.learn.yourEntries}</h2>
      <dl class="kept">
        {[...entries].map(([box, text]) => (
          <div key={box}>
            <dt>{box}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
