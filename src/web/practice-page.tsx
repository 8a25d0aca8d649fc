/** A public graph to be practised. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PageBox, RevealView } from '../contracts/practice.js'
import { stringsOf, type Strings } from '../strings/strings.js'
import { Banner } from './board/banner.js'
import type { Drawing } from './board/figure-canvas.js'
import { ProgressLine } from './board/progress-line.js'
import { ToolButton } from './board/tool-button.js'
import { useBoardHandlers } from './board/use-board-handlers.js'
import { WorkBoard } from './board/work-board.js'
import { keepDraft } from './browser/draft-keeping.js'
import type { PracticeData } from './browser/page-data.js'
import { request } from './browser/requests.js'
import { storageOf } from './browser/storage.js'
import { useStore } from './browser/use-store.js'
import { CascadeDialog } from './dialogs/cascade-dialog.js'
import { StepsDialog } from './dialogs/steps-dialog.js'
import { createChecks } from './practice-checks.js'
import { countRight, reduceBoard, shownVerdict, startBoard } from './state/board.js'
import { createDraftStore } from './state/drafts.js'
import type { Problem, Trouble } from './state/persistent.js'
import { createStore } from './state/store.js'
import { problemText } from './state/wording.js'

type PracticePageProps = { readonly data: PracticeData; readonly drawing: Drawing | null }

type Opened = { readonly kind: 'steps'; readonly box: PageBox } | { readonly kind: 'cascade' }

/** The page below its title. */
export function PracticePage({ data, drawing }: PracticePageProps) {
  const { graph, language } = data
  const strings = stringsOf(language)
  const { practice } = strings
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [refusal, setRefusal] = useState<Problem | null>(null)
  const [note, setNote] = useState('')
  const [opened, setOpened] = useState<Opened | null>(null)
  const inputs = useRef(new Map<string, HTMLInputElement>())
  const typing = useRef<string | null>(null)
  const [kit] = useState(() => {
    const drafts = createDraftStore(storageOf('localStorage'), subjectOf(data))
    const board = createStore(reduceBoard, startBoard(drafts.read() ?? new Map()))
    const path = addressOf(data, 'grade')
    return {
      board,
      drafts,
      checks: createChecks({ board, path, onTrouble: setTrouble, onRefused: setRefusal }),
      keepsDrafts: storageOf('localStorage') !== null,
    }
  })
  const board = useStore(kit.board)

  useEffect(() => {
    const { checks, drafts } = kit
    const stopKeeping = keepDraft({
      drafts,
      board: kit.board,
      typing: () => typing.current,
      onMerged: checks.check,
    })
    checks.check()
    window.addEventListener('online', checks.now)
    return () => {
      stopKeeping()
      checks.stop()
      window.removeEventListener('online', checks.now)
    }
  }, [kit])

  const undo = (): void => {
    kit.board.dispatch({ kind: 'undone' })
    kit.checks.check()
  }
  const clear = (): void => {
    kit.board.dispatch({ kind: 'cleared' })
    kit.checks.check()
  }
  const { handlers, current, focus } = useBoardHandlers({
    boxes: graph.boxes,
    board: kit.board,
    inputs,
    typing,
    onLeft: kit.checks.check,
    onTyped(box) {
      setNote('')
      kit.checks.typed(box)
    },
    onUndo: undo,
    onEnd() {
      const { get } = kit.board
      focus(graph.boxes.find(({ id }) => shownVerdict(get(), id)?.status !== 'correct')?.id)
    },
  })

  const reveal = async (): Promise<void> => {
    if (kit.board.get().revealed !== null) {
      kit.board.dispatch({ kind: 'hidden' })
      setNote(practice.hidden)
      return
    }
    const outcome = await request<RevealView>(addressOf(data, 'reveal'))
    if (outcome.kind === 'ok') {
      const values = new Map(outcome.body.boxes.map(({ id, value }) => [id, value]))
      kit.board.dispatch({ kind: 'revealed', values })
      setNote(practice.revealed)
    } else setNote(practice.notLoaded)
  }

  const isRevealed = board.revealed !== null
  const all = graph.boxes.length
  const right = countRight(board, graph.boxes)
  const said = refusal === null ? note : problemText(strings, refusal)
  const isSolved = all > 0 && right === all

  return (
    <div class="app">
      <div class="tools" role="group" aria-label={strings.board.tools}>
        <ProgressLine words={strings.board.progress(right, all)} part={right} all={all} />
        <div class="buttons">
          <ToolButton isOff={isRevealed || board.history.length === 0} onClick={undo}>
            {strings.board.undo}
          </ToolButton>
          <ToolButton isOff={isRevealed || board.entries.size === 0} onClick={clear}>
            {strings.board.clear}
          </ToolButton>
          <ToolButton onClick={() => void reveal()}>
            {isRevealed ? practice.hideAll : practice.revealAll}
          </ToolButton>
          <ToolButton
            onClick={() => {
              setOpened({ kind: 'cascade' })
            }}
          >
            {practice.cascade}
          </ToolButton>
        </div>
      </div>
      <Banner strings={strings} trouble={trouble} onRetry={kit.checks.now} />
      <div role="status" class="note-place">
        {said !== '' && <p class="note">{said}</p>}
      </div>
      <WorkBoard
        graph={graph}
        drawing={drawing}
        strings={strings}
        board={board}
        current={current}
        isReadOnly={false}
        handlers={handlers}
        inputs={inputs}
        hint={strings.board.startHint}
        note={kit.keepsDrafts ? null : strings.board.draftNotKept}
        last={isSolved ? practice.solvedTitle : ''}
        end={isSolved && <SolvedEnd strings={strings} all={all} tenant={data.tenant} />}
        onGo={focus}
      >
        <ToolButton
          onClick={() => {
            const box = graph.boxes.find(({ id }) => id === current)
            if (box !== undefined) setOpened({ kind: 'steps', box })
          }}
        >
          {practice.showHow}
        </ToolButton>
      </WorkBoard>
      {opened?.kind === 'steps' && (
        <StepsDialog
          strings={strings}
          box={opened.box}
          path={addressOf(data, 'steps', opened.box.id)}
          onClose={() => {
            setOpened(null)
          }}
        />
      )}
      {opened?.kind === 'cascade' && (
        <CascadeDialog
          strings={strings}
          path={addressOf(data, 'cascade')}
          onClose={() => {
            setOpened(null)
          }}
        />
      )}
    </div>
  )
}

type SolvedEndProps = { readonly strings: Strings; readonly all: number; readonly tenant: string | null }

/** A friendly end. */
function SolvedEnd({ strings, all, tenant }: SolvedEndProps) {
  const { solvedTitle, solvedText, moreGraphs } = strings.practice
  return (
    <>
      <div>
        <p class="dock-title">{solvedTitle}</p>
        <p>{solvedText(all)}</p>
      </div>
      <a class="button" href={`/${searchOf({ tenant, lang: chosenLanguage() })}`}>
        {moreGraphs}
      </a>
    </>
  )
}

/** What the draft of a graph is kept under. */
function subjectOf({ graph, tenant }: PracticeData): string {
  return [tenant ?? '', graph.key, String(graph.version)].map(encodeURIComponent).join('/')
}

function addressOf(
  { graph, tenant, language }: PracticeData,
  what: 'grade' | 'steps' | 'reveal' | 'cascade',
  box: string | null = null,
): string {
  // What is told in words is told in the language of the page.
  const lang = what === 'steps' || what === 'cascade' ? language : null
  const query = searchOf({ version: String(graph.version), tenant, box, lang })
  return `/practice/graphs/${encodeURIComponent(graph.key)}/${what}${query}`
}

function searchOf(values: Readonly<Record<string, string | null>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== null) search.set(name, value)
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

/** The language as the address has it, which links keep. */
function chosenLanguage(): string | null {
  return new URLSearchParams(window.location.search).get('lang')
}
