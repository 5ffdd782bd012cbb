/**
 * A coordinator that runs and a dashboard that is built anew meanwhile: the next page is the new
 * one, a page that is open goes on with the old, and half a build is never shown.
 */
import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { LOOK_EVERY_MS, WebFolder } from '../../src/adapters/web-files.ts'
import { FORMER_BUILDS_MAX, WebApp } from '../../src/http/web-app.ts'
import { coordinatorFace } from '../support/face.ts'
import { manualClock } from '../support/manual-clock.ts'
import { temporaryFolder } from '../support/process.ts'

const opened = { headers: { accept: 'text/html' } }

/** A build as Vite makes it: an index that loads a script, and a part that is loaded later. */
function buildOf(name: string): Readonly<Record<string, string>> {
  return {
    'index.html': `<script type="module" src="/assets/index-${name}.js"></script>`,
    [`assets/index-${name}.js`]: `start of ${name}`,
    [`assets/later-${name}.js`]: `later part of ${name}`,
    '.sources': 'a note of the build',
  }
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

/** As scripts/build-webapp.ts puts it in place. */
function replace(folder: string, name: string): void {
  write(`${folder}.next`, buildOf(name))
  rmSync(folder, { recursive: true, force: true })
  renameSync(`${folder}.next`, folder)
}

test('a new build is served by the coordinator that runs already', async (t) => {
  const folder = join(temporaryFolder('web'), 'dist')
  const clock = manualClock()
  const face = await coordinatorFace(t, { web: new WebApp(new WebFolder(folder, clock)) })
  assert.equal((await face.get('/', opened)).status, 302, 'there is none: the documentation')

  for (const name of ['first', 'second']) {
    replace(folder, name)
    await clock.advance(LOOK_EVERY_MS)
    const page = await face.get('/alerts', opened)
    assert.match(page.text, new RegExp(`index-${name}`))
    assert.equal((await face.get(`/assets/index-${name}.js`)).text, `start of ${name}`)
  }
  const later = await face.get('/assets/later-first.js')
  assert.deepEqual([later.status, later.text], [200, 'later part of first'], 'an open page goes on')
  assert.match(String(later.headers['cache-control']), /immutable/)
  assert.equal((await face.get('/.sources')).status, 404)
})

test('the entity tag of the page changes with the build, and only then', async (t) => {
  const folder = join(temporaryFolder('web'), 'dist')
  const clock = manualClock()
  replace(folder, 'first')
  const face = await coordinatorFace(t, { web: new WebApp(new WebFolder(folder, clock)) })
  const first = String((await face.get('/', opened)).headers.etag)
  const asking = { headers: { ...opened.headers, 'if-none-match': first } }
  await clock.advance(LOOK_EVERY_MS)
  assert.equal((await face.get('/', asking)).status, 304)
  replace(folder, 'second')
  await clock.advance(LOOK_EVERY_MS)
  assert.equal((await face.get('/', asking)).status, 200)
})

test('half a build is not shown: the former stays until all it loads is there', async () => {
  const folder = join(temporaryFolder('web'), 'dist')
  const clock = manualClock()
  const web = new WebFolder(folder, clock)
  const shown = async () => {
    await clock.advance(LOOK_EVERY_MS)
    return String(web.files()?.get('index.html'))
  }
  const { 'index.html': index = '', ...parts } = buildOf('second')
  assert.equal(await shown(), 'undefined')
  write(folder, { 'assets/index-first.js': 'no index yet' })
  assert.equal(await shown(), 'undefined')
  replace(folder, 'first')
  assert.match(await shown(), /index-first/)
  rmSync(folder, { recursive: true })
  assert.match(await shown(), /index-first/, 'emptied')
  write(folder, { 'index.html': index })
  assert.match(await shown(), /index-first/, 'the index came first')
  write(folder, parts)
  assert.match(await shown(), /index-second/)
})

test('however many ask, the folder is looked at now and then only', async () => {
  const folder = join(temporaryFolder('web'), 'dist')
  const clock = manualClock()
  replace(folder, 'first')
  const web = new WebFolder(folder, clock)
  const first = web.files()
  replace(folder, 'second')
  assert.equal(web.files(), first)
  await clock.advance(LOOK_EVERY_MS)
  const second = web.files()
  assert.notEqual(second, first)
  await clock.advance(LOOK_EVERY_MS)
  assert.equal(web.files(), second, 'the same build is the same object')
})

test('a few former builds are kept, and no more', () => {
  let files = new Map<string, Buffer>()
  const web = new WebApp({ files: () => files })
  for (let build = 0; build <= FORMER_BUILDS_MAX + 1; build += 1) {
    const texts = Object.entries(buildOf(`b${build}`))
    files = new Map(texts.map(([name, text]) => [name, Buffer.from(text)]))
    assert.ok(web.fileAt(`/assets/later-b${build}.js`))
  }
  assert.ok(web.fileAt('/assets/later-b1.js'))
  assert.equal(web.fileAt('/assets/later-b0.js'), undefined)
})
