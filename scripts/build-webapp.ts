/**
 * Builds the dashboard into webapp/dist, and does nothing when that was made from the same sources
 * before: `npm start` calls it each time. A hash over the sources, the versions of the packages and
 * the settings is kept beside the result; a time would say that a fresh clone is newer than it is.
 *
 *   node scripts/build-webapp.ts            builds when something has changed
 *   node scripts/build-webapp.ts --force    builds in any case
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WEBAPP = join(ROOT, 'webapp')
const HASH_FILE = join(WEBAPP, 'dist', '.sources')
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
  const built = existsSync(HASH_FILE) ? readFileSync(HASH_FILE, 'utf8') : ''
  if (built === hash && !isForced) return
  process.stdout.write('building the dashboard, once ...\n')
  const flags = ['run', 'build', '--silent', '--workspace', 'webapp', '--', '--logLevel', 'warn']
  execFileSync('npm', flags, { cwd: ROOT, stdio: 'inherit' })
  writeFileSync(HASH_FILE, hash)
}

buildWhenChanged(process.argv.includes('--force'))
