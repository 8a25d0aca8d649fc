// src/ → dist/ without checking types (that is `npm run check`): a tenth of a second instead of ten.
import { rmSync } from 'node:fs'
import { build } from 'esbuild'

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: ['src/**/*.ts'],
  outdir: 'dist',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
})
