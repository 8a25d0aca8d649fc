import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDemoStage, type DemoStage } from '../support/demo-server.js'
import { createReceiver, type Received, type Receiver } from '../support/receiver.js'
import { eventually, onServer } from '../support/server.js'

const ATTEMPTS = '/v1/courses/demo/assignments/lab-network1/attempts'
const LEARNERS = ['ada', 'bob', 'cem']

let stage: DemoStage
let receiver: Receiver
beforeEach(async () => {
  stage = await createDemoStage()
  receiver = await createReceiver()
})
afterEach(async () => {
  await receiver.close()
  await stage.clear()
})

/** Whose attempt a message tells of, and which. */
function eventOf(message: unknown): string {
  const { learner, number } = (message as { data: { attempt: { learner: string; number: number } } }).data
    .attempt
  return `${learner}/${String(number)}`
}

test('kill -9 while a receiver hangs: a restart tells it the rest, signed and in order for each learner', async () => {
  const first = await stage.start()
  const { secret } = (await first.call('PUT', '/v1/webhooks/book', {
    url: `${receiver.url}/hook`,
    events: ['attempt.graded'],
  })) as { secret: string }
  const arrived: string[] = []
  const verify = ({ headers, body }: Received): string => {
    const event = eventOf(new Webhook(secret).verify(body, headers))
    if (!arrived.includes(event)) arrived.push(event)
    return event
  }
  // Two are taken; what comes then is left without an answer.
  receiver.behave = (received, response) => {
    if (arrived.length === 2) return
    verify(received)
    response.writeHead(204).end()
  }
  for (const answer of ['-4', '4', '-3']) {
    for (const learner of LEARNERS) await first.call('POST', ATTEMPTS, { learner, answers: { c: answer } })
  }
  await eventually(() => receiver.open() > 0 && arrived.length === 2)
  first.program.child.kill('SIGKILL')
  await first.program.ended

  receiver.behave = (received, response) => {
    verify(received)
    response.writeHead(204).end()
  }
  // Its lease ends half a minute later: this is what the clock would do.
  await onServer(stage.database, 'UPDATE webhook_dispatchers SET lease_until = now()')
  await stage.start()
  await eventually(() => arrived.length === 9, 30_000)
  for (const learner of LEARNERS) {
    expect(arrived.filter(event => event.startsWith(learner))).toEqual(
      [1, 2, 3].map(number => `${learner}/${String(number)}`),
    )
  }
  await eventually(async () => {
    const left = await onServer(stage.database, `SELECT FROM webhook_deliveries WHERE state <> 'delivered'`)
    return left.length === 0
  })
}, 90_000)
