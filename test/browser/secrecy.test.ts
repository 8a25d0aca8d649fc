/** No answer before it is due, no token where it does not belong, no markup out of what users wrote. */
import { expect, test } from 'vitest'
import { en } from '../../src/strings/en.js'
import {
  boxesOf,
  describeInBrowser,
  enter,
  expectVerdict,
  fieldsOf,
  type Received,
} from '../support/browser.js'
import { createCourse, type Attempts } from './course.js'

const { learn, practice, site, verdicts } = en

/** Its values occur nowhere but as its answers. */
const UNMISTAKABLE = {
  title: 'Unmistakable',
  public: true,
  inputs: [
    { name: 'w', role: 'parameter', value: 7.31 },
    { name: 'x', role: 'data', value: 13.7 },
  ],
  nodes: [
    { name: 'a', expression: 'w*x*53.2' },
    { name: 'J', expression: 'a^2/7' },
  ],
  output: 'J',
}

type Solution = { readonly boxes: readonly { readonly value: number }[] }

/** The truths that are found in what was sent, by their first six digits, each with where. */
function leaks(received: readonly Received[], truths: readonly number[]): string[] {
  return received.flatMap(({ url, body }) => {
    const text = body.toString()
    return truths
      .map(truth => String(truth).slice(0, 7))
      .filter(digits => text.includes(digits))
      .map(digits => `${digits} in ${new URL(url).pathname}`)
  })
}

describeInBrowser('secrecy', stage => {
  test('practice: page, code and answers hold no truth until it is asked for', async () => {
    const { key } = await stage().service.tenant('secret')
    await stage().ask(key, 'PUT', '/v1/graphs/unmistakable', UNMISTAKABLE)
    const solution = await stage().ask<Solution>(key, 'GET', '/v1/graphs/unmistakable/solution')
    const truths = solution.boxes.map(({ value }) => value)
    const tab = await stage().open('/graphs/unmistakable?tenant=secret')
    const { page } = tab
    const box = await fieldsOf(tab)
    const ids = (await boxesOf(tab)).map(({ id }) => id)
    for (const [index, id] of ids.entries()) await enter(box(id), String(3 + index / 8))
    for (const id of ids) await expectVerdict(box(id), verdicts.incorrect)
    const before = await tab.received()
    expect(before.length).toBeGreaterThan(3)
    expect(leaks(before, truths)).toEqual([])
    // Where they are due they are seen: the search finds what is there.
    await page.getByRole('button', { name: practice.revealAll }).click()
    await expect.poll(() => box('a').inputValue()).not.toBe('3')
    expect(new Set(leaks(await tab.received(), truths).map(leak => leak.split(' ')[0])).size).toBe(
      new Set(truths.map(truth => String(truth).slice(0, 7))).size,
    )
  })

  test('a session: neither the page nor what an attempt is answered holds a truth', async () => {
    const course = await createCourse(stage(), 'secret-course')
    await stage().ask(course.key, 'PUT', '/v1/graphs/unmistakable', { ...UNMISTAKABLE, public: false })
    const solution = await stage().ask<Solution>(course.key, 'GET', '/v1/graphs/unmistakable/solution')
    await course.put('lab', { graph: 'unmistakable' })
    const { address, boxes } = await course.session('lab', 'ada')
    const tab = await stage().open(address)
    const box = await fieldsOf(tab, boxes)
    for (const [index, { id }] of boxes.entries()) await enter(box(id), String(3 + index / 8))
    await tab.page.getByRole('button', { name: learn.submit }).click()
    await tab.page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    await expectVerdict(box('a'), verdicts.incorrect)
    const received = await tab.received()
    expect(received.some(({ url }) => url.endsWith('/learn/attempts'))).toBe(true)
    expect(
      leaks(
        received,
        solution.boxes.map(({ value }) => value),
      ),
    ).toEqual([])
  })

  test.each(['lab-network0', 'lab-network1'])(
    'the data in the page of %s say what boxes are, not what is right',
    async graph => {
      const tab = await stage().open(`/graphs/${graph}`)
      const fields = ['answer', 'id', 'kind', 'label', 'of', 'place', 'shape', 'wrt']
      for (const box of await boxesOf(tab)) {
        expect(Object.keys(box).filter(name => !fields.includes(name))).toEqual([])
      }
      const data = JSON.parse((await tab.page.locator('#page-data').textContent()) ?? '') as {
        graph: { echoes: object[] }
      }
      expect(Object.keys(data).sort()).toEqual(['graph', 'language', 'tenant'])
      const known = 'boxes description echoes figure inputs key nodes output title valuesApart version'.split(
        ' ',
      )
      expect(Object.keys(data.graph).filter(name => !known.includes(name))).toEqual([])
      const echoes = data.graph.echoes.flatMap(echo => Object.keys(echo))
      expect(echoes.filter(name => !['kind', 'of', 'place'].includes(name))).toEqual([])
    },
  )

  test('a token leaves the address at once, and is in no Referer and no log; its attempt is in progress', async () => {
    const course = await createCourse(stage(), 'token')
    await course.put('lab', { graph: 'lab-network0' })
    const { address, token, boxes } = await course.session('lab', 'grace')
    const tab = await stage().open('/livez')
    const referers: (string | undefined)[] = []
    const urls: string[] = []
    tab.context.on('request', request => {
      referers.push(request.headers()['referer'])
      urls.push(request.url().split('#')[0] ?? '')
    })
    await tab.page.goto(address)
    const box = await fieldsOf(tab, boxes)
    await enter(box('a'), '11')
    expect(tab.page.url()).not.toContain(token)
    expect(new URL(tab.page.url()).hash).toBe('')
    await tab.page.getByRole('button', { name: learn.submit }).click()
    await tab.page.getByRole('heading', { name: learn.stored(1) }).waitFor()
    await tab.page.getByText(learn.signedInAs('grace')).waitFor()
    expect(urls.filter(url => url.includes(token))).toEqual([])
    expect(referers.filter(referer => referer?.includes(token) === true)).toEqual([])
    expect(stage().logged()).toContain('/learn/attempts')
    expect(stage().logged()).not.toContain(token)
    const { items } = await course.read<Attempts>('/assignments/lab/attempts')
    expect(items.map(({ learner, number }) => [learner, number])).toEqual([['grace', 1]])
    type Progress = { readonly items: readonly { readonly learner: string }[] }
    const progress = await course.read<Progress>('/progress')
    expect(progress.items).toEqual([
      expect.objectContaining({
        learner: 'grace',
        progress: [expect.objectContaining({ assignment: 'lab', attempts: 1, credit: 0.2 })],
      }),
    ])
  })

  test('the first load of a graph is at most 120 kB as it comes over the wire, 60 of them JavaScript', async () => {
    const tab = await stage().open('/graphs/lab-network1')
    await tab.page.getByText(en.board.startHint).waitFor()
    const sizes = (await tab.received())
      .filter(({ url }) => !url.startsWith('data:'))
      .map(({ url, wire, body }) => ({ url, bytes: wire, whole: body.length }))
    const sum = (some: typeof sizes): number => some.reduce((total, { bytes }) => total + bytes, 0)
    const script = sum(sizes.filter(({ url }) => url.endsWith('.js')))
    const all = sum(sizes)
    console.log(
      `first load of lab-network1 over the wire: ${String(all)} bytes, ${String(script)} of them JavaScript`,
    )
    // What a body may be without, since it is small.
    for (const { url, bytes, whole } of sizes) expect(bytes < whole || whole < 1_000, url).toBe(true)
    expect(script).toBeGreaterThan(1_000)
    expect(script).toBeLessThanOrEqual(60_000)
    expect(all).toBeLessThanOrEqual(120_000)
  })

  test('without JavaScript the figure is there, and says what it does without', async () => {
    const { page } = await stage().open('/graphs/lab-network1', { javaScript: false })
    const words = page.locator('noscript p')
    expect([await words.isVisible(), await words.textContent()]).toEqual([true, site.noScript])
    const figure = await page.locator('#figure svg').boundingBox()
    expect(figure?.width ?? 0).toBeGreaterThan(300)
    expect(figure?.height ?? 0).toBeGreaterThan(100)
  })

  test('titles and names that are markup are shown as text', async () => {
    const hostile = `<img src=x onerror=alert(1)> "'</script><script>alert(2)</script> \${1} &amp;`
    const course = await createCourse(stage(), 'hostile')
    const definition = { ...UNMISTAKABLE, title: hostile, description: hostile }
    await stage().ask(course.key, 'PUT', '/v1/graphs/hostile', definition)
    await stage().ask(course.key, 'PUT', '/v1/courses/c', { title: hostile })
    await stage().ask(course.key, 'PUT', '/v1/courses/c/members/eve', { role: 'learner', name: hostile })
    await course.put('lab', { graph: 'hostile', title: hostile })
    const { address } = await course.session('lab', 'eve')
    for (const place of ['/?tenant=hostile', '/graphs/hostile?tenant=hostile', address]) {
      const { page } = await stage().open(place)
      const dialogs: string[] = []
      page.on('dialog', dialog => {
        dialogs.push(dialog.message())
        void dialog.dismiss()
      })
      const title = page.getByRole('heading', { name: hostile })
      await title.waitFor()
      expect(await title.textContent(), place).toBe(hostile)
      expect(await page.locator('img').count(), place).toBe(0)
      expect(dialogs, place).toEqual([])
    }
  })
})
