/**
 * Builds the dashboard into webapp/dist, and does nothing when that was made from the same sources
 * before: `npm start` calls it each time. A hash over the sources, the versions of the packages and
 * the settings is kept beside the result; a time would say that a fresh clone is newer than it is.
 *
 * It is built beside the folder and takes its place in one go, so that a coordinator that runs, or
 * another build at the same time, never meets half of it.
 *
 *   node scripts/build-webapp.ts            builds when something has changed
 *   node scripts/build-webapp.ts --force    builds in any case
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WEBAPP = join(ROOT, 'webapp')
const DIST = join(WEBAPP, 'dist')
const HASH_NAME = '.sources'
/** Types of the wire come from `src/model`, but types leave no trace in the result. */
const SOURCES = ['src', 'public', 'index.html', 'package.json', 'tsconfig.json', 'vite.config.ts']

function filesUnder(path: string): readonly string[] {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)))
}

function hashOfSources(): string {
  const inside = SOURCES.map((name) => join(WEBAPP, name)).filter((path) => existsSync(path))
  const files = [...inside.flatMap(filesUnder), join(ROOT, 'package-lock.json')]
  const hash = createHash('sha256')
  for (const file of files.filter((path) => !/\.test\.ts$/.test(path))) {
    hash
      .update(`${file.slice(ROOT.length)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  for (const name of ['VITE_COORDINATOR_URL', 'VITE_LOGIN_URL']) {
    hash.update(`${name}=${process.env[name] ?? ''}\0`)
  }
  return hash.digest('hex')
}

function buildWhenChanged(isForced: boolean): void {
  const hash = hashOfSources()
  if (hashOfBuild() === hash && !isForced) return
  process.stdout.write('building the dashboard, once ...\n')
  const next = `${DIST}.${process.pid}`
  try {
    const vite = ['--logLevel', 'warn', '--outDir', next, '--emptyOutDir']
    const flags = ['run', 'build', '--silent', '--workspace', 'webapp', '--', ...vite]
    execFileSync('npm', flags, { cwd: ROOT, stdio: 'inherit' })
    writeFileSync(join(next, HASH_NAME), hash)
    /** Whoever built the same at the same time was first: what is in use stays where it is. */
    if (hashOfBuild() !== hash || isForced) putInPlace(next)
  } finally {
    rmSync(next, { recursive: true, force: true })
  }
}

function hashOfBuild(): string {
  const file = join(DIST, HASH_NAME)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** Another build may be put in place at the same moment; one of them is as good as the other. */
function putInPlace(next: string): void {
  const former = `${next}.former`
  try {
    if (existsSync(DIST)) renameSync(DIST, former)
    renameSync(next, DIST)
  } catch (error) {
    if (!existsSync(join(DIST, HASH_NAME))) throw error
  } finally {
    rmSync(former, { recursive: true, force: true })
  }
}

buildWhenChanged(process.argv.includes('--force'))
