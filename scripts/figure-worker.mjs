// The thread that draws figures, for `npm run dev`: what tsx does for the process it does not do for its threads.
import { tsImport } from 'tsx/esm/api'

export const { draw } = await tsImport('../src/services/figure-worker.ts', import.meta.url)
