// src/ → dist/ without checking types (that is `npm run check`): a tenth of a second instead of ten, and nothing at all
// when dist/ was made from these very sources. Made aside and moved into place, so that a build that fails or a second
// one at the same time leaves a dist/ that works.
import { createHash } from 'node:crypto'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { build, version } from 'esbuild'

const STAMP = 'dist/.compiled'

/** Files that are not compiled. */
const COPIED = ['graphql/schema.graphql']

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .map(entry => path.join(folder, entry.name))
    .flatMap(file => (statSync(file).isDirectory() ? filesIn(file) : [file]))
}

/** What dist/ depends on: every source by name, size and time, this script and the compiler. */
function digestOfSources() {
  const hash = createHash('sha256').update(version)
  for (const file of [...filesIn('src'), 'scripts/compile.mjs'].sort()) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${file}\n${size}\n${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

function stampedDigest() {
  try {
    return readFileSync(STAMP, 'utf8')
  } catch {
    return ''
  }
}

async function compile(digest) {
  const aside = mkdtempSync('.dist-')
  try {
    const fresh = path.join(aside, 'new')
    await build({
      entryPoints: ['src/**/*.ts'],
      outdir: fresh,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      sourcemap: true,
      logLevel: 'warning',
    })
    // Read when the server starts: it is no module.
    for (const file of COPIED) cpSync(path.join('src', file), path.join(fresh, file))
    writeFileSync(path.join(fresh, '.compiled'), digest)
    if (statSync('dist', { throwIfNoEntry: false }) !== undefined) renameSync('dist', path.join(aside, 'old'))
    renameSync(fresh, 'dist')
  } catch (error) {
    // Another process has just put its own there, made from the same sources.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code) || stampedDigest() !== digest) throw error
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

// Taken before the build: an edit meanwhile makes the next run compile again.
const digest = digestOfSources()
if (stampedDigest() !== digest) await compile(digest)
