/**
 * Rows as SQLite gives them, and rows as the engine's users know them. Whether a row is still what
 * was written is told here, by the hash that was written with it.
 */
import type { Version } from '../model/version.ts'
import { EngineError, type Row, type RowHeader } from '../ports/key-value-engine.ts'
import { isDead, textHashOf } from '../store/row-digest.ts'
import type { Standing } from './row-intake.ts'
import {
  type HeaderColumns,
  type LifeColumns,
  NEVER_ACCEPTED,
  type RowColumns,
} from './sqlite-engine-tables.ts'

export function rowOf(columns: RowColumns): Row {
  const [key, text, order, time, writer, expiresMs] = columns
  if (!isSound(columns)) {
    throw new EngineError('damaged', `the value of ${JSON.stringify(key)} is not what was written`)
  }
  return { key, text, version: { order, time, writer }, expiresMs }
}

export function isSound([, text, , , , , hash]: RowColumns): boolean {
  return textHashOf(text) === hash
}

/** What stands of a key; `columns` of its row, whatever kind that is. */
export function standingOf(columns: HeaderColumns | undefined): Standing {
  if (!columns) return { accepted: undefined, promised: undefined }
  const [order, time, writer, , , promisedOrder, promisedTime, promisedWriter] = columns
  return {
    accepted: time === NEVER_ACCEPTED ? undefined : { order, time, writer },
    promised: versionOf(promisedOrder, promisedTime, promisedWriter),
  }
}

/** Undefined when the row is dead; one that has lost its text by damage is not. */
export function headerOf(columns: RowColumns, deadBeforeMs: number): RowHeader | undefined {
  const [key, text, order, time, writer, expiresMs, hash] = columns
  const version = { order, time, writer }
  const isTombstone = text === null && hash === null
  if (isDead({ key, version, expiresMs }, isTombstone, deadBeforeMs)) return undefined
  return { key, version, hash: textHashOf(text) }
}

export function isDeadRow(columns: LifeColumns, deadBeforeMs: number): boolean {
  const [key, order, time, writer, expiresMs, , isTombstone] = columns
  const row = { key, version: { order, time, writer }, expiresMs }
  return isDead(row, isTombstone === 1, deadBeforeMs)
}

function versionOf(
  order: number | null,
  time: number | null,
  writer: string | null,
): Version | undefined {
  if (order === null || time === null || writer === null) return undefined
  return { order, time, writer }
}
