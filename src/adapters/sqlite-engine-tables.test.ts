/**
 * Files that were made by an earlier version are brought up to date when they are opened, all of it
 * or nothing.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/process.ts'
import { openSqliteEngine } from './sqlite-engine.ts'

/** As version 1 made it. */
const SCHEMA_1 = `
  CREATE TABLE rows (
    p INTEGER NOT NULL, k TEXT NOT NULL, v TEXT,
    o REAL NOT NULL, t INTEGER NOT NULL, n TEXT NOT NULL, e REAL, h INTEGER,
    pt INTEGER, pn TEXT,
    PRIMARY KEY (p, k)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rows_expiring ON rows (e) WHERE e IS NOT NULL AND v IS NOT NULL;
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE tally (live INTEGER NOT NULL, at REAL NOT NULL) STRICT;
  INSERT INTO tally VALUES (0, 0);
  PRAGMA user_version = 1;`
const HASH_OF_TEXT = 1_273_310_000
const ROWS_1 = `
  INSERT INTO rows (p, k, v, o, t, n, e, h)
  SELECT 3, column1, '{"n":1}', 1767600000000.5, 777777777777777, 'w1', NULL, ${HASH_OF_TEXT}
  FROM (VALUES ('_system:thresholds'), ('a'), ('cas:a'), ('cas'), ('x_system:'));
  INSERT INTO meta VALUES ('shard-id', 'the shard');
  UPDATE tally SET live = 4, at = 0;`

function fileOfVersion1(more = ''): string {
  const path = join(temporaryFolder('tables'), 'kv.db')
  const database = new DatabaseSync(path)
  database.exec(SCHEMA_1 + ROWS_1 + more)
  database.close()
  return path
}

test('a file of version 1 keeps its rows and takes promises and hints', () => {
  const path = fileOfVersion1()
  let engine = openSqliteEngine({ path })
  const version = { order: 1_767_600_000_000.5, time: 777_777_777_777_777, writer: 'w1' }
  const plain = ['a', 'cas', 'x_system:'].map((key) => engine.get(3, key))
  for (const row of plain) assert.deepEqual(row?.version, version)
  assert.equal(engine.get(3, 'a')?.text, '{"n":1}')
  assert.equal(engine.count(0), 4)
  assert.equal(engine.getMeta('shard-id'), 'the shard')
  const ballot = { order: 1, time: 5, writer: 'w2' }
  const row = { partition: 3, key: '_system:thresholds', text: '"new"', expiresMs: null }
  const held = engine.apply([{ ...row, version: ballot, intake: 'promise', missedBy: ['x'] }])
  assert.deepEqual(held, [ballot])
  engine.close()
  engine = openSqliteEngine({ path })
  assert.deepEqual(engine.hints('x', 9).length, 1)
  assert.deepEqual(engine.apply([{ ...row, version: ballot, intake: 'accept' }]), [ballot])
  engine.close()
})

test('what was a plain key and is a conditional one now stands below every ballot', () => {
  const engine = openSqliteEngine({ path: fileOfVersion1() })
  for (const key of ['_system:thresholds', 'cas:a']) {
    assert.equal(engine.get(3, key)?.version.order, 0, key)
    assert.equal(engine.get(3, key)?.text, '{"n":1}')
  }
  engine.close()
})

test('a file that cannot be brought up to date stays as it was', () => {
  const path = fileOfVersion1('CREATE TABLE hints (in_the_way TEXT)')
  assert.throws(() => openSqliteEngine({ path }), /cannot be opened/)
  const database = new DatabaseSync(path)
  database.exec('DROP TABLE hints')
  const { order } = Object(database.prepare(`SELECT o AS 'order' FROM rows LIMIT 1`).get())
  assert.equal(order, 1_767_600_000_000.5)
  database.close()
  const engine = openSqliteEngine({ path })
  assert.equal(engine.get(3, '_system:thresholds')?.version.order, 0)
  engine.close()
})
