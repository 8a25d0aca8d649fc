import { afterEach, describe, expect, test } from 'vitest'
import { Refusal } from '../../src/errors.js'
import { createFigurePool, type FigurePool, type FigurePoolOptions } from '../../src/services/figure-pool.js'
import type { FigureJob } from '../../src/services/figure-worker.js'
import { LAB_NETWORK_0 } from '../support/lab-graphs.js'
import { eventually } from '../support/server.js'
import { FIGURE_WORKER } from '../support/service.js'

const workers = (file: string): URL => new URL(`../support/figure-workers/${file}`, import.meta.url)

const UNAVAILABLE = { code: 'unavailable', status: 503, retryAfter: 5 }

let pool: FigurePool
let errors: unknown[]

afterEach(() => pool.close())

function open(file: URL, options: Partial<FigurePoolOptions> = {}): FigurePool {
  errors = []
  pool = createFigurePool({ workerFile: file, onError: error => errors.push(error), ...options })
  return pool
}

function job(title: string): FigureJob {
  return { definition: { ...LAB_NETWORK_0, title }, theme: 'light', view: 'boxes' }
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof Refusal) return error
  throw new Error(`no refusal: ${String(error)}`)
}

test('the real thread draws a definition', async () => {
  const { svg, boxes } = await open(FIGURE_WORKER).draw(job('A first network'))
  expect(svg).toMatch(/^<svg .*A first network/s)
  expect([...boxes.keys()].sort()).toEqual(['J', 'a', 'dJ_da', 'dJ_dw', 'da_dw'])
})

describe('a job that ends badly ends alone', () => {
  test.each(['hang', 'sleep'])('%s: it is ended after its time, and refused', async title => {
    const { draw } = open(workers('moody.mjs'), { limitMilliseconds: 200 })
    expect(await refusalOf(draw(job(title)))).toMatchObject({
      code: 'figure-not-drawn',
      status: 503,
      retryAfter: 30,
    })
    expect((await draw(job('next'))).svg).toBe('<svg>next</svg>')
  })

  test('one that takes too much memory is ended and refused', async () => {
    const { draw } = open(workers('moody.mjs'), { limitMilliseconds: 60_000, threadMegabytes: 32 })
    expect(await refusalOf(draw(job('hoard')))).toMatchObject({ code: 'figure-not-drawn' })
    expect((await draw(job('next'))).svg).toBe('<svg>next</svg>')
  })

  test.each([
    ['throw', 'this cannot be drawn'],
    ['exit', 'worker exited with code: 3'],
    ['crash', 'nobody catches this'],
  ])('%s: it is refused, the error is told, and the next is drawn', async (title, message) => {
    const { draw } = open(workers('moody.mjs'))
    expect(await refusalOf(draw(job(title)))).toMatchObject(UNAVAILABLE)
    expect(errors.map(String)).toEqual([`Error: ${message}`])
    expect((await draw(job('next'))).svg).toBe('<svg>next</svg>')
  })

  test('while one hangs another is drawn beside it', async () => {
    const { draw } = open(workers('moody.mjs'), { limitMilliseconds: 3_000 })
    const hanging = refusalOf(draw(job('hang')))
    expect((await draw(job('beside'))).svg).toBe('<svg>beside</svg>')
    expect((await hanging).code).toBe('figure-not-drawn')
  })
})

test('the time that a thread takes to start is not counted', async () => {
  const { draw } = open(workers('slow-to-start.mjs'), { limitMilliseconds: 1_000 })
  const figures = await Promise.all(['one', 'two', 'three'].map(title => draw(job(title))))
  expect(figures).toHaveLength(3)
})

test('what is more than may wait is refused at once, and there is room again afterwards', async () => {
  const { draw } = open(workers('moody.mjs'), { mostAtOnce: 3, limitMilliseconds: 500 })
  const taken = [job('hang'), job('hang'), job('waits')].map(one =>
    draw(one).catch((error: unknown) => error),
  )
  expect(await refusalOf(draw(job('too many')))).toMatchObject(UNAVAILABLE)
  await Promise.all(taken)
  expect((await draw(job('again'))).svg).toBe('<svg>again</svg>')
})

test('a thread that cannot start fails what waits for it, every time', async () => {
  const { draw } = open(workers('broken.mjs'))
  for (const title of ['one', 'two', 'three']) {
    expect(await refusalOf(draw(job(title)))).toMatchObject(UNAVAILABLE)
  }
  await eventually(() => errors.some(error => String(error).includes('this thread cannot start')))
})

test('threads that cannot start fail all that wait for them at once', async () => {
  const { draw } = open(workers('broken.mjs'))
  const refusals = await Promise.all(['one', 'two', 'three'].map(title => refusalOf(draw(job(title)))))
  for (const refusal of refusals) expect(refusal).toMatchObject(UNAVAILABLE)
  expect(errors.length).toBeGreaterThanOrEqual(3)
  expect(String(errors[0])).toContain('this thread cannot start')
})

test('closing ends what is being drawn', async () => {
  const { draw, close } = open(workers('moody.mjs'), { limitMilliseconds: 60_000 })
  await draw(job('first'))
  const hanging = refusalOf(draw(job('hang')))
  await close()
  expect(await hanging).toMatchObject(UNAVAILABLE)
})
