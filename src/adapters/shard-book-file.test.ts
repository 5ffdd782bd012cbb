import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/process.ts'
import { shardBookFile } from './shard-book-file.ts'

const SHARDS = ['http://127.0.0.1:8101', 'http://127.0.0.1:8102']
const UNREADABLE = ['', '{', '["http://127.0.0.1:81', '{"a":1}', 'null', '[1,null]', '["a",2]']

function newBook() {
  const folder = temporaryFolder('shard-book')
  const path = join(folder, 'shards.json')
  return { folder, path, book: shardBookFile(path) }
}

test('what was kept is read again, by whoever comes next', async () => {
  const path = join(temporaryFolder('shard-book'), 'below', 'shards.json')
  const book = shardBookFile(path)
  assert.deepEqual(await book.read(), { kind: 'absent' })
  await book.write(SHARDS.slice(0, 1))
  await book.write(SHARDS)
  assert.deepEqual(await shardBookFile(path).read(), { kind: 'found', addresses: SHARDS })
  await book.write([])
  assert.deepEqual(await book.read(), { kind: 'found', addresses: [] })
})

test('what cannot be read is never taken for nothing, and lies beside', async () => {
  for (const text of UNREADABLE) {
    const { folder, path, book } = newBook()
    await writeFile(path, text)
    const list = await book.read()
    assert.equal(list.kind, 'broken', text)
    const aside = `${path}.unreadable-1`
    assert.ok(list.kind === 'broken' && list.reason.includes(aside), text)
    await book.write(SHARDS)
    assert.equal(await readFile(aside, 'utf8'), text)
    assert.deepEqual((await readdir(folder)).sort(), ['shards.json', 'shards.json.unreadable-1'])
    assert.deepEqual(await book.read(), { kind: 'found', addresses: SHARDS })
  }
})

test('until a list is written again, every start says that the last cannot be read', async () => {
  const { path, book } = newBook()
  await writeFile(path, '{')
  for (let start = 1; start <= 3; start += 1) {
    const list = await shardBookFile(path).read()
    const kept = `${path}.unreadable-1.`
    assert.ok(list.kind === 'broken' && list.reason.endsWith(kept), `start ${start}`)
  }
  await book.write(SHARDS)
  assert.deepEqual(await book.read(), { kind: 'found', addresses: SHARDS })
})

test('a second one that cannot be read takes no place of the first', async () => {
  const { path, book } = newBook()
  for (const text of ['first', 'second']) {
    await writeFile(path, text)
    assert.equal((await book.read()).kind, 'broken')
  }
  assert.equal(await readFile(`${path}.unreadable-1`, 'utf8'), 'first')
  assert.equal(await readFile(`${path}.unreadable-2`, 'utf8'), 'second')
})

test('what is no file at all lies beside as well', async () => {
  const { path, book } = newBook()
  await mkdir(path)
  assert.equal((await book.read()).kind, 'broken')
  await book.write(SHARDS)
  assert.deepEqual(await book.read(), { kind: 'found', addresses: SHARDS })
})
