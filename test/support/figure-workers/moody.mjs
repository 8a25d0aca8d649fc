// A thread in place of the one that draws: what it does with a job stands in the job's title.

/** @param {{ definition: { title: string }, begun: import('node:worker_threads').MessagePort }} job */
export async function draw({ definition, begun }) {
  begun.postMessage(null)
  begun.close()
  switch (definition.title) {
    case 'hang':
      for (;;);
    case 'sleep':
      await new Promise(resolve => setTimeout(resolve, 60_000))
      break
    case 'throw':
      throw new Error('this cannot be drawn')
    case 'exit':
      process.exit(3)
      break
    case 'crash':
      setImmediate(() => {
        throw new Error('nobody catches this')
      })
      await new Promise(() => undefined)
      break
    case 'hoard': {
      const hoard = []
      for (;;) hoard.push(Array.from({ length: 100_000 }, (_, index) => ({ index })))
    }
  }
  return { svg: `<svg>${definition.title}</svg>`, width: 1, height: 1, boxes: new Map() }
}
