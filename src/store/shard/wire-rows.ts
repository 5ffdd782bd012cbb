/**
 * Rows as they travel and rows as the engine knows them: the same facts under short and long names.
 */
import type { Version } from '../../model/version.ts'
import type { PartitionedRow, Row, RowHeader } from '../../ports/key-value-engine.ts'
import type { WireRow, WireVersion } from '../wire.ts'
import type { WireHeader } from '../wire-repair.ts'

export function rowFromWire(partition: number, { k, v, o, t, n, e }: WireRow): PartitionedRow {
  return { partition, key: k, text: v, version: { order: o, time: t, writer: n }, expiresMs: e }
}

export function rowToWire({ key, text, version, expiresMs }: Row): WireRow {
  const { order, time, writer } = version
  return { k: key, v: text, o: order, t: time, n: writer, e: expiresMs }
}

export function versionFromWire({ o, t, n }: WireVersion): Version {
  return { order: o, time: t, writer: n }
}

export function versionToWire({ order, time, writer }: Version): WireVersion {
  return { o: order, t: time, n: writer }
}

export function headerToWire({ key, version, hash }: RowHeader): WireHeader {
  return { k: key, ...versionToWire(version), h: hash }
}

/** Rough size of a row on the wire and in memory: names and numbers, and its texts. */
export function rowBytes({ key, text }: Pick<Row, 'key' | 'text'>): number {
  return 150 + key.length + (text?.length ?? 0)
}
