/** An assignment for one learner: opened by a token, filled in, submitted. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Language } from '../contracts/languages.js'
import { stringsOf, type Strings } from '../strings/strings.js'
import { Banner } from './board/banner.js'
import { wait } from './browser/requests.js'
import { storageOf } from './browser/storage.js'
import { Assignment } from './learn-assignment.js'
import type { Carried } from './learn-kept.js'
import { endedText } from './learn-notes.js'
import { createSessionRequests, lastWork, rememberWork } from './learn-session.js'
import { createDraftStore, createPendingStore } from './state/drafts.js'
import { createPersistent, type Problem, type Trouble } from './state/persistent.js'
import type { ReadSession } from './state/standing.js'
import { problemText } from './state/wording.js'

type LearnPageProps = {
  readonly token: string | null
  readonly language: Language
  /** The title of the page before an assignment is open. */
  readonly siteTitle: string
}

type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'ended' }
  | {
      readonly kind: 'open'
      readonly session: ReadSession
      readonly carried: Carried | null
      readonly notice: string
      /** Whether it takes the place of a piece of work in which something had the focus. */
      readonly takesFocus: boolean
      /** Each piece of work has entries of its own, and a number. */
      readonly number: number
    }

/** The whole page. */
export function LearnPage({ token, language, siteTitle }: LearnPageProps) {
  const strings = stringsOf(language)
  if (token === null) return <Message title={strings.learn.noToken} text={strings.learn.noTokenHelp} />
  return <OpenedPage token={token} language={language} siteTitle={siteTitle} strings={strings} />
}

type OpenedPageProps = {
  readonly token: string
  readonly language: Language
  readonly siteTitle: string
  readonly strings: Strings
}

function OpenedPage({ token, language, siteTitle, strings }: OpenedPageProps) {
  const { phase, trouble, kit } = useSession(token, language)
  useTitle(phase.kind === 'open' ? phase.session.assignment.title : null, siteTitle)
  const { learn } = strings
  return (
    <>
      {trouble !== null && <Banner strings={strings} trouble={trouble} onRetry={kit.reading.now} />}
      {phase.kind === 'loading' && <h1>{learn.loading}</h1>}
      {phase.kind === 'refused' && (
        <Message title={learn.notLoaded} text={problemText(strings, phase.problem)} />
      )}
      {phase.kind === 'ended' && <Ended strings={strings} />}
      {phase.kind === 'open' && (
        <Assignment
          key={phase.number}
          session={phase.session}
          carried={phase.carried}
          notice={phase.notice}
          takesFocus={phase.takesFocus}
          language={language}
          requests={kit.requests}
          onAnother={kit.open}
        />
      )}
    </>
  )
}

/** Opens the session of a token, which is asked for until it is answered. */
function useSession(token: string, language: Language) {
  const [phase, setPhase] = useState<Phase>({ kind: 'loading' })
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [kit] = useState(() => {
    const requests = createSessionRequests(token, language)
    const open = (session: ReadSession, carried: Carried | null, notice: string): void => {
      rememberWork(session)
      const hadFocus = document.getElementById('app')?.contains(document.activeElement) === true
      setPhase(before => {
        const number = before.kind === 'open' ? before.number + 1 : 1
        const takesFocus = before.kind === 'open' && hadFocus
        return { kind: 'open', session, carried, notice, takesFocus, number }
      })
    }
    const reading = createPersistent<null, ReadSession>({
      send: () => requests.read(),
      wait,
      onTrouble: setTrouble,
      onAnswer(session) {
        open(session, null, '')
      },
      onProblem(problem) {
        setPhase(problem.status === 401 ? { kind: 'ended' } : { kind: 'refused', problem })
      },
    })
    return { requests, reading, open }
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
  return { phase, trouble, kit }
}

/** Puts a title before that of the page. */
function useTitle(title: string | null, siteTitle: string): void {
  useEffect(() => {
    document.title = title === null ? siteTitle : `${title} – ${siteTitle}`
  }, [title, siteTitle])
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

/** The session has ended: what this tab had typed in it, and what was on its way. */
function Ended({ strings }: { readonly strings: Strings }) {
  const { learn } = strings
  const [{ entries, labels, isUnanswered, isKept }] = useState(readKept)
  return (
    <Message title={learn.ended} text={endedText(strings, isKept, entries.length > 0)}>
      {isUnanswered && <p>{learn.endedUnanswered}</p>}
      {entries.length > 0 && (
        <section aria-labelledby="kept-title">
          <h2 id="kept-title">{learn.yourEntries}</h2>
          <dl class="kept">
            {entries.map(([box, text]) => (
              <div key={box}>
                <dt>{labels.get(box) ?? box}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </Message>
  )
}

function readKept() {
  const storage = storageOf('localStorage')
  const work = lastWork()
  const draft = work === null ? null : createDraftStore(storage, work.subject).read()
  const pending = work === null ? null : createPendingStore(storage, work.attemptsSubject).read()
  return {
    entries: [...(draft ?? pending?.entries ?? [])],
    labels: work?.labels ?? new Map<string, string>(),
    isUnanswered: pending !== null,
    isKept: storage !== null,
  }
}
