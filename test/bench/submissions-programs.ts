/** Programs of the bench that run as processes of their own: started by `startProgram`, served by `onRequest`. */
import { fork } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const BENCH = fileURLToPath(new URL('../../scripts/bench.mjs', import.meta.url))
/** Milliseconds that a process has to end by itself. */
const PATIENCE = 5_000

export type Program<Request, Result> = {
  readonly pid: number
  /** One request at a time; rejects when the program fails or ends. */
  readonly ask: (request: Request) => Promise<Result>
  readonly stop: () => Promise<void>
}

type Reply<Result> = { readonly result: Result } | { readonly error: string }

/** Starts one of the programs that bench.ts knows by name. */
export function startProgram<Request extends object, Result>(name: string): Program<Request, Result> {
  const child = fork(BENCH, ['--program', name], { execArgv: ['--enable-source-maps'] })
  const ended = new Promise<void>(resolve => child.once('exit', resolve))
  return {
    pid: child.pid ?? 0,
    ask: request =>
      new Promise((resolve, reject) => {
        const onReply = (reply: Reply<Result>): void => {
          child.off('exit', onExit)
          if ('result' in reply) resolve(reply.result)
          else reject(new Error(`${name}: ${reply.error}`))
        }
        const onExit = (): void => {
          child.off('message', onReply)
          reject(new Error(`${name} has ended by itself`))
        }
        child.once('message', onReply)
        child.once('exit', onExit)
        child.send(request)
      }),
    stop: async () => {
      // It ends when nobody can ask it anything any more.
      if (child.connected) child.disconnect()
      const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
      await ended
      clearTimeout(impatience)
    },
  }
}

/** Answers what the process that started this one asks, until that one is gone or says so. */
export function onRequest(answer: (request: unknown) => Promise<object>): void {
  process.on('message', (request: unknown) => {
    answer(request).then(
      result => process.send?.({ result }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.once('disconnect', () => process.exit())
}
