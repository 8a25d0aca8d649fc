// src/ → dist/ without checking types (that is `npm run check`): a second instead of ten, and nothing at all when dist/
// was made from these very sources. The browser's part, src/web, becomes dist/web by Vite. Made aside and moved into
// place, so that a build that fails or a second one at the same time leaves a dist/ that works.
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
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build, version } from 'esbuild'

const STAMP = 'dist/.compiled'

/** Files that are not compiled. */
const COPIED = ['graphql/schema.graphql']

/** The browser's part, and the pages it begins at. */
const WEB = path.join('src', 'web')
const WEB_ENTRIES = ['practice.tsx', 'learn.tsx']

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .map(entry => path.join(folder, entry.name))
    .flatMap(file => (statSync(file).isDirectory() ? filesIn(file) : [file]))
}

function versionOf(name) {
  return createRequire(import.meta.url)(`${name}/package.json`).version
}

/** What dist/ depends on: every source by name, size and time, how they are read, this script and the compilers. */
function digestOfSources() {
  const hash = createHash('sha256').update([version, versionOf('vite'), versionOf('preact')].join())
  for (const file of [...filesIn('src'), 'tsconfig.json', 'scripts/compile.mjs'].sort()) {
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

/** What runs in Node. */
function buildServer(outdir) {
  const isSource = file => file.endsWith('.ts') && !file.startsWith(WEB + path.sep)
  return build({
    entryPoints: filesIn('src').filter(isSource),
    outbase: 'src',
    outdir,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    logLevel: 'warning',
  })
}

/**
 * What runs in the browser: two entries that share chunks, one stylesheet, and the manifest by which the server finds
 * them. Names hold a hash of what is in the file. Nothing is written into the page itself, which allows no script of
 * its own.
 */
async function buildWeb(outDir) {
  // What calls this may run under another environment, and the page is the same in each.
  process.env.NODE_ENV = 'production'
  const vite = await import('vite')
  await vite.build({
    root: path.resolve(WEB),
    configFile: false,
    envDir: false,
    publicDir: false,
    mode: 'production',
    logLevel: 'warn',
    base: '/',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: path.resolve(outDir),
      emptyOutDir: true,
      assetsDir: 'assets',
      assetsInlineLimit: 0,
      manifest: true,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      sourcemap: false,
      target: 'es2022',
      rolldownOptions: { input: WEB_ENTRIES.map(entry => path.resolve(WEB, entry)) },
    },
  })
}

/** Each file of the browser's part once more as `.br` and as `.gz`, as small as they get: the server sends those. */
function compressWeb(folder) {
  const { BROTLI_PARAM_QUALITY, BROTLI_MAX_QUALITY, Z_BEST_COMPRESSION } = constants
  for (const file of filesIn(folder)) {
    const bytes = readFileSync(file)
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(bytes, { params: { [BROTLI_PARAM_QUALITY]: BROTLI_MAX_QUALITY } }),
    )
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: Z_BEST_COMPRESSION }))
  }
}

async function compile(digest) {
  const aside = mkdtempSync('.dist-')
  try {
    const fresh = path.join(aside, 'new')
    await Promise.all([buildServer(fresh), buildWeb(path.join(fresh, 'web'))])
    compressWeb(path.join(fresh, 'web', 'assets'))
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
