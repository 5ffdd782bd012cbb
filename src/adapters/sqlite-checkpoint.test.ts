/**
 * Pages move into the file beside commits, and what goes wrong there is told to whoever commits.
 */
import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { startEngineWriter } from '../../test/support/engine-writer.ts'
import { eventually } from '../../test/support/eventually.ts'
import { temporaryFolder } from '../../test/support/process.ts'
import { EngineError } from '../ports/key-value-engine.ts'
import {
  CHECKPOINT_PAGES,
  CHECKPOINT_PAGES_MAX,
  Checkpointer,
  type Moved,
  ownedFile,
  startPageMover,
  stateOf,
} from './sqlite-checkpoint.ts'
import { openSqliteEngine } from './sqlite-engine.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A log that has as many pages as it is told, and a mover that ends when it is told. */
function checkpointing(pages: number) {
  const done: string[] = []
  const log = {
    held: pages,
    refusal: undefined as unknown,
    pages: () => log.held,
    moveRest() {
      done.push('rest')
      if (log.refusal !== undefined) throw log.refusal
    },
  }
  const moves: PromiseWithResolvers<Moved>[] = []
  const mover = {
    move() {
      done.push('move')
      const move = Promise.withResolvers<Moved>()
      moves.push(move)
      return move.promise
    },
    stop: () => void done.push('stop'),
  }
  const checkpointer = new Checkpointer(log, () => {
    done.push('start')
    return mover
  })
  return { checkpointer, log, moves, done }
}

const failedSync = Object.assign(new Error('disk I/O error'), { errcode: 10 | (4 << 8) })
const broken = (error: unknown) => error instanceof EngineError && error.code === 'broken'

test('a short log is left alone, a long one is moved once, and then the rest', async () => {
  const { checkpointer, log, moves, done } = checkpointing(CHECKPOINT_PAGES - 1)
  checkpointer.committed()
  assert.deepEqual(done, [])
  log.held = CHECKPOINT_PAGES
  checkpointer.committed()
  checkpointer.committed()
  assert.deepEqual(done, ['start', 'move'])
  moves[0]?.resolve('moved')
  await turn()
  assert.deepEqual(done, ['start', 'move', 'rest'])
  checkpointer.committed()
  assert.deepEqual(done, ['start', 'move', 'rest', 'move'])
})

test('when pages could not be moved nothing more is committed', async () => {
  const { checkpointer, moves, done } = checkpointing(CHECKPOINT_PAGES)
  checkpointer.committed()
  checkpointer.assertSound()
  moves[0]?.reject(new Error('EIO: i/o error, fdatasync'))
  await turn()
  assert.throws(() => checkpointer.assertSound(), broken)
  checkpointer.committed()
  assert.deepEqual(done, ['start', 'move'], 'and nobody tries again')
})

test('the same holds for the rest, but a full disk is waited for', async () => {
  const { checkpointer, log, moves, done } = checkpointing(CHECKPOINT_PAGES)
  checkpointer.committed()
  moves[0]?.resolve('full')
  await turn()
  assert.deepEqual(done, ['start', 'move'], 'there is no room for the rest either')
  log.refusal = Object.assign(new Error('database or disk is full'), { errcode: 13 })
  checkpointer.committed()
  moves[1]?.resolve('moved')
  await turn()
  checkpointer.assertSound()
  log.refusal = failedSync
  checkpointer.committed()
  moves[2]?.resolve('moved')
  await turn()
  assert.deepEqual(done, ['start', 'move', 'move', 'rest', 'move', 'rest'])
  assert.throws(() => checkpointer.assertSound(), broken)
})

test('what stopped the thread is never taken for a full disk', async () => {
  const { checkpointer, moves } = checkpointing(CHECKPOINT_PAGES)
  checkpointer.committed()
  moves[0]?.reject(Object.assign(new Error('database or disk is full'), { errcode: 13 }))
  await turn()
  assert.throws(() => checkpointer.assertSound(), broken)
})

test('whoever commits moves a log that the thread does not get to, and hears of a failure', () => {
  const { checkpointer, log, done } = checkpointing(CHECKPOINT_PAGES)
  checkpointer.committed()
  log.held = CHECKPOINT_PAGES_MAX
  checkpointer.committed()
  assert.deepEqual(done, ['start', 'move', 'rest'])
  log.refusal = failedSync
  checkpointer.committed()
  assert.throws(() => checkpointer.assertSound(), broken)
})

test('once it is stopped nothing is moved any more', async () => {
  const { checkpointer, moves, done } = checkpointing(CHECKPOINT_PAGES)
  checkpointer.committed()
  checkpointer.stop()
  moves[0]?.resolve('moved')
  await turn()
  assert.deepEqual(done, ['start', 'move', 'stop'])
})

test('a thread that cannot move pages says so, one that has ended too', async () => {
  const path = join(temporaryFolder('checkpoint'), 'kv.db')
  const missing = startPageMover(path)
  await assert.rejects(missing.move(), /ENOENT/)
  await assert.rejects(missing.move(), /ENOENT/)
  assert.equal(existsSync(path), false, 'nor does it make a file')
  writeFileSync(path, 'these are notes, and not a database at all '.repeat(200))
  await assert.rejects(startPageMover(path).move(), /not a database/)
})

test('a thread that has ended moves nothing more, and its file is locked as before', async () => {
  const path = join(temporaryFolder('checkpoint'), 'kv.db')
  const engine = openSqliteEngine({ path })
  const mover = startPageMover(path)
  assert.equal(await mover.move(), 'moved')
  mover.stop()
  const untilItHasEnded = async () => {
    for (;;) await mover.move()
  }
  await assert.rejects(untilItHasEnded, /has ended/)
  const other = startEngineWriter(path)
  const said = () => other.stdout() + other.stderr()
  await eventually('it has written or not', () => /^1$|is in use/m.test(said()))
  assert.match(said(), /is in use/)
  engine.close()
})

/** About as many pages as rows. */
const rowsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    ...{ partition: first + n, key: 'k', text: `"${'x'.repeat(1_200)}"`, expiresMs: null },
    version: { order: first + n, time: first + n, writer: 'w' },
  }))

test('an engine whose pages cannot be moved takes no further commit', async () => {
  const path = join(temporaryFolder('checkpoint'), 'kv.db')
  const engine = openSqliteEngine({ path })
  // The engine has its file open; its thread will not find it.
  rmSync(path)
  let written = 0
  const write = (count: number) => {
    engine.apply(rowsFrom(written, count))
    written += count
  }
  while (written < CHECKPOINT_PAGES) write(1_000)
  await eventually('a commit is refused', () => {
    try {
      write(1)
      return false
    } catch (error) {
      return broken(error)
    }
  })
  assert.equal(engine.count(0), written, 'what was committed before is there')
  engine.close()
})

test('the log begins anew while an engine goes on committing, and all rows are there', async () => {
  const path = join(temporaryFolder('checkpoint'), 'kv.db')
  const engine = openSqliteEngine({ path })
  const reader = new DatabaseSync(ownedFile(path))
  const look = reader.prepare('PRAGMA wal_checkpoint(NOOP)')
  let written = 0
  let pagesMax = 0
  await eventually('the log is short again', async () => {
    engine.apply(rowsFrom(written, 500))
    written += 500
    const { log } = stateOf(look)
    pagesMax = Math.max(pagesMax, log)
    return log < pagesMax / 2
  })
  reader.close()
  assert.ok(pagesMax >= CHECKPOINT_PAGES, `${pagesMax} pages at most`)
  engine.close()
  const again = openSqliteEngine({ path })
  assert.equal(again.count(0), written)
  again.close()
})
