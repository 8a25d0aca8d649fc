/** Runs of numbers, all 0 at first, cut from one piece of memory: of many small arrays most of the cost is the making. */
export type NumberArena = {
  readonly doubles: (count: number) => Float64Array
  readonly integers: (count: number) => Int32Array
}

/** An arena for so many doubles and 32-bit integers. Throws a RangeError when more are asked for. */
export function createNumberArena(doubles: number, integers: number): NumberArena {
  const memory = new ArrayBuffer(8 * doubles + 4 * integers)
  let [nextDouble, nextInteger] = [0, 8 * doubles]
  return {
    doubles(count) {
      const run = new Float64Array(memory, nextDouble, count)
      nextDouble += 8 * count
      return run
    },
    integers(count) {
      const run = new Int32Array(memory, nextInteger, count)
      nextInteger += 4 * count
      return run
    },
  }
}
