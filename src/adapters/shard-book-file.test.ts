import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/process.ts'
import { shardBookFile } from './shard-book-file.ts'

test('what was kept is read again; what cannot be read is as good as nothing', async () => {
  const path = join(temporaryFolder('shard-book'), 'below', 'shards.json')
  const book = shardBookFile(path)
  assert.deepEqual(await book.read(), [])
  await book.write(['http://127.0.0.1:8101'])
  await book.write(['http://127.0.0.1:8101', 'http://127.0.0.1:8102'])
  assert.deepEqual(await book.read(), ['http://127.0.0.1:8101', 'http://127.0.0.1:8102'])
  for (const text of ['', '{', '{"a":1}', 'null', '[1,null]']) {
    await writeFile(path, text)
    assert.deepEqual(await book.read(), [], text)
  }
})
