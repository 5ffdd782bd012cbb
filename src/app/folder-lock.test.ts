import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { startProcess, temporaryFolder } from '../../test/support/process.ts'
import { lockFolder } from './folder-lock.ts'

test('a folder has one owner at a time', () => {
  const folder = temporaryFolder()
  const lock = lockFolder(folder)
  assert.throws(() => lockFolder(folder), /The folder is in use.*--data-dir/)
  lock.release()
  lockFolder(folder).release()
})

test('a killed owner leaves no lock behind', async () => {
  const folder = temporaryFolder()
  const module = JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)
  const program = `import(${module}).then(({ lockFolder }) => {
    lockFolder(${JSON.stringify(folder)}); console.log('locked'); setInterval(() => {}, 1e6) })`
  const owner = startProcess(['--eval', program], { program: [process.execPath] })
  await eventually('the other process owns the folder', () => owner.stdout().includes('locked'))
  assert.throws(() => lockFolder(folder), /in use/)
  owner.kill('SIGKILL')
  await owner.exited
  lockFolder(folder).release()
})
