/**
 * Dockerfile and .dockerignore held against the files and packages that they speak of.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { IMAGE_ENTRYPOINT, IMAGE_ENVIRONMENT, IMAGE_VOLUME } from '../support/compose-file.ts'
import { importsOf, projectFiles, ROOT } from '../support/source-files.ts'

const dockerfile = read('Dockerfile')

test('the image holds only files that exist and that the builder is sent', () => {
  const ignored = read('.dockerignore').split('\n')
  const sent = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  /** What one stage takes from another was never sent. */
  const lines = [...dockerfile.matchAll(/^COPY (?!--from=)(.+) \S+$/gm)]
  const copied = [...new Set(lines.flatMap(([, paths]) => (paths ?? '').split(' ')))]
  assert.ok(copied.length > 0)
  for (const path of copied) {
    assert.ok(existsSync(join(ROOT, path)), path)
    assert.ok(sent.includes(path), `${path} is in .dockerignore`)
  }
  assert.deepEqual(sent.sort(), copied.sort())
})

test('the image starts the command line, as somebody who is not root', () => {
  assert.ok(
    dockerfile.includes(`ENTRYPOINT ${JSON.stringify(IMAGE_ENTRYPOINT).replace(',', ', ')}`),
  )
  assert.ok(existsSync(join(ROOT, IMAGE_ENTRYPOINT[1] ?? '')))
  const settings = Object.entries(IMAGE_ENVIRONMENT).map(([name, value]) => `${name}=${value}`)
  assert.ok(dockerfile.includes(`\nENV ${settings.join(' ')}\n`))
  assert.ok(dockerfile.includes(`\nVOLUME ["${IMAGE_VOLUME}"]\n`))
  assert.match(dockerfile, /^USER node$/m)
  assert.match(dockerfile, /^STOPSIGNAL SIGTERM$/m)
  assert.match(dockerfile, /^FROM node:26\.\d+\.\d+-slim$/m)
  assert.match(dockerfile, /^RUN npm ci --omit=dev /m)
})

test('what runs in the image needs no package that is there for development only', () => {
  const { dependencies } = JSON.parse(read('package.json'))
  const shipped = projectFiles(/^(bin|src)\/.*\.ts$|^scripts\/make-secrets\.ts$/).filter(
    ({ path }) => !path.endsWith('.test.ts'),
  )
  const missing = shipped.flatMap((file) =>
    importsOf(file)
      .map(({ specifier }) => specifier)
      .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
      .filter((specifier) => !(packageOf(specifier) in dependencies))
      .map((specifier) => `${file.path} imports ${specifier}`),
  )
  assert.deepEqual(missing, [])
})

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
