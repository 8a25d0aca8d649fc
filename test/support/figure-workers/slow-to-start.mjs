// A thread that takes longer to start than a figure may take to be drawn.
import { setTimeout as sleep } from 'node:timers/promises'

await sleep(1_500)

/** @param {{ begun: import('node:worker_threads').MessagePort }} job */
export function draw({ begun }) {
  begun.postMessage(null)
  begun.close()
  return { svg: '<svg/>', width: 1, height: 1, boxes: new Map() }
}
