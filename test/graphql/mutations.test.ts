import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, codeOf } from '../support/graphql.js'
import { createTestService, type TestService } from '../support/service.js'

const DEFINITION = {
  title: 'Square',
  inputs: [{ name: 'w', role: 'parameter', value: 3 }],
  nodes: [{ name: 'J', expression: 'w^2' }],
  output: 'J',
}

let service: TestService
let key: string

beforeAll(async () => {
  service = await createTestService()
  ;({ key } = await service.tenant('one'))
})
afterAll(() => service.close())

const rest = async (route: string, body?: unknown) => service.call(route, { key, body })

test('what is written by GraphQL is what REST reads, and what follows in the query sees it', async () => {
  const { errors, data } = await ask(
    service,
    key,
    `mutation ($definition: JSON!) {
      publishGraph(key: "square", definition: $definition) { created warnings { code } graph { key version boxes { id kind answer label { tex } } inputs { role value } } }
      putCourse(key: "c", input: { title: "C" }) { created course { key assignments { edges { node { key } } } } }
      putAssignment(course: "c", key: "a", input: {
        graph: "square", points: 4, keep: LAST, feedback: SCORE, variants: FIXED, tolerance: { absolute: 0.5 }, weights: { J: 2 },
        dueAt: "2026-12-01T12:00:00+01:00", maxAttempts: 3
      }) { created assignment { key graphKey points keep feedback tolerance weights dueAt maxAttempts revision graph { title } } }
      putMember(course: "c", key: "ada", input: { role: LEARNER, name: "Ada" }) { created member { key role name } }
      putOverride(course: "c", assignment: "a", learner: "ada", input: { extraAttempts: 2 }) { override { learner extraAttempts dueAt } }
      again: putCourse(key: "c", input: { title: "C" }) { created course { assignments { edges { node { key } } } } }
    }`,
    { definition: DEFINITION },
  )
  expect(errors).toEqual([])
  expect(data).toMatchObject({
    publishGraph: {
      created: true,
      graph: {
        key: 'square',
        version: 1,
        boxes: [
          { id: 'J', kind: 'FORWARD', answer: 'NUMBER' },
          { id: 'dJ_dw', kind: 'GRADIENT' },
        ],
        inputs: [{ role: 'PARAMETER', value: 3 }],
      },
    },
    putCourse: { created: true, course: { key: 'c', assignments: { edges: [] } } },
    putAssignment: {
      created: true,
      assignment: { keep: 'LAST', feedback: 'SCORE', graph: { title: 'Square' } },
    },
    putMember: { created: true, member: { key: 'ada', role: 'LEARNER', name: 'Ada' } },
    putOverride: { override: { learner: 'ada', extraAttempts: 2, dueAt: null } },
    again: { created: false, course: { assignments: { edges: [{ node: { key: 'a' } }] } } },
  })
  expect((await rest('GET /v1/courses/c/assignments/a')).body).toMatchObject({
    graph: 'square',
    points: 4,
    keep: 'last',
    feedback: 'score',
    tolerance: { absolute: 0.5 },
    weights: { J: 2 },
    dueAt: '2026-12-01T11:00:00.000Z',
    maxAttempts: 3,
  })
  const gone = await ask(
    service,
    key,
    `mutation { deleteOverride(course: "c", assignment: "a", learner: "ada") { deleted } deleteMember(course: "c", key: "ada") { deleted } }`,
  )
  expect(gone.data).toEqual({ deleteOverride: { deleted: true }, deleteMember: { deleted: true } })
  expect((await rest('GET /v1/courses/c/members')).body).toMatchObject({ items: [] })
})

const SUBMIT = `mutation ($input: AttemptInput!) { submitAttempt(course: "quiz", assignment: "a", input: $input) { replayed attempt {
  id number submittedAt late attempts remaining learner credit points maxPoints
  boxes { id status credit answer feedback { code message } expected } progress { attempts credit points remaining completed } } } }`

describe('an attempt', () => {
  const answers = { a: '11', J: 121, dJ_da: '22', da_dw: '', dJ_dw: '3' }

  async function quiz(policy: object): Promise<void> {
    await rest('PUT /v1/courses/quiz', { title: 'Quiz' })
    await rest('PUT /v1/courses/quiz/assignments/a', { graph: 'lab-network0', ...policy })
  }

  test.each(['full', 'verdicts', 'score', 'none'])(
    'tells with the feedback %s what REST tells, and null where that tells nothing',
    async feedback => {
      await quiz({ feedback })
      const learner = `learner-${feedback}`
      const idempotencyKey = `key-${feedback}`
      const { data, errors } = await ask(service, key, SUBMIT, {
        input: { learner, answers, idempotencyKey },
      })
      expect(errors).toEqual([])
      const { attempt, replayed } = (
        data as { submitAttempt: { attempt: Record<string, unknown>; replayed: boolean } }
      ).submitAttempt
      expect(replayed).toBe(false)
      const again = await service.call('POST /v1/courses/quiz/assignments/a/attempts', {
        key,
        body: { learner, answers },
        headers: { 'idempotency-key': idempotencyKey },
      })
      expect([again.status, again.headers['idempotent-replayed']]).toEqual([201, 'true'])
      const told = again.body as Record<string, unknown> & { boxes?: { status: string }[] }
      for (const [name, value] of Object.entries(attempt)) {
        if (name === 'boxes') continue
        const inProgress = (told['progress'] as Record<string, unknown> | undefined)?.[name]
        expect([name, value]).toEqual([name, told[name] ?? inProgress ?? null])
      }
      const boxes =
        (attempt['boxes'] as { status: string; answer: unknown; feedback: unknown }[] | null) ?? undefined
      expect(boxes?.map(({ status }) => status.toLowerCase())).toEqual(
        told.boxes?.map(({ status }) => status),
      )
      if (feedback === 'verdicts')
        expect(boxes?.map(box => box.feedback)).toEqual([null, null, null, null, null])
      if (feedback === 'full')
        expect(boxes?.[4]?.feedback).toMatchObject([{ code: 'forgot-upstream' }, { code: 'swapped' }])
    },
  )

  test('that REST has stored is replayed here, and another under its key refused', async () => {
    await quiz({})
    const headers = { 'idempotency-key': 'from-rest' }
    const route = 'POST /v1/courses/quiz/assignments/a/attempts'
    const stored = await service.call(route, { key, body: { learner: 'eve', answers }, headers })
    const input = { learner: 'eve', answers, idempotencyKey: 'from-rest' }
    const { data } = await ask(service, key, SUBMIT, { input })
    expect(data).toMatchObject({
      submitAttempt: { replayed: true, attempt: { id: (stored.body as { id: string }).id, number: 1 } },
    })
    const other = await ask(service, key, SUBMIT, { input: { ...input, answers: { a: '12' } } })
    expect(codeOf(other)).toBe('idempotency-key-reused')
    // In the text of a query a number is the number that JSON has.
    const inText = `mutation { submitAttempt(course: "quiz", assignment: "a", input: { learner: "eve", idempotencyKey: "from-rest",
      answers: { a: "11", J: 121, dJ_da: "22", da_dw: "", dJ_dw: "3" } }) { replayed } }`
    expect((await ask(service, key, inText)).data).toEqual({ submitAttempt: { replayed: true } })
  })

  test('that is refused is refused as by REST', async () => {
    await quiz({ maxAttempts: 1 })
    const submit = () => ask(service, key, SUBMIT, { input: { learner: 'zoe', answers } })
    expect((await submit()).errors).toEqual([])
    const answer = await submit()
    const same = await service.call('POST /v1/courses/quiz/assignments/a/attempts', {
      key,
      body: { learner: 'zoe', answers },
    })
    const { detail, code, status } = same.body as Record<string, unknown>
    expect(answer.errors).toMatchObject([
      { message: detail, path: ['submitAttempt'], extensions: { code, status } },
    ])
    expect(code).toBe('no-attempts-left')
  })

  test('is graded again by a job, which can be asked for', async () => {
    await quiz({ followThrough: 0 })
    const asked = await ask(
      service,
      key,
      'mutation { requestRegrade(course: "quiz", assignment: "a", dryRun: true) { job { id kind status dryRun course assignment total } } }',
    )
    expect(asked.errors).toEqual([])
    const { job } = (asked.data as { requestRegrade: { job: { id: string } } }).requestRegrade
    expect(job).toMatchObject({
      kind: 'REGRADE',
      status: 'QUEUED',
      dryRun: true,
      course: 'quiz',
      assignment: 'a',
    })
    const read = await ask(service, key, 'query ($id: ID!) { job(id: $id) { id status } }', { id: job.id })
    expect(read.data).toEqual({ job: { id: job.id, status: 'QUEUED' } })
  })
})
