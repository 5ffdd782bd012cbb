/**
 * What an engine brings to the suites of its port, and the rows and words that they share.
 */
import { test } from 'node:test'
import type { KeyValueEngine, PartitionedRow, Row } from '../../src/ports/key-value-engine.ts'

export interface Disk {
  /** An engine on this disk; what was open on it before is closed. */
  open(): KeyValueEngine
}

export interface EngineHarness {
  readonly name: string
  /** An empty disk; with `bytesMax` it has room for about so much. */
  disk(bytesMax?: number): Disk
}

export const EVERYTHING = { from: '', to: null }

/** A row of partition 7; versions grow with `order`. */
export function row(key: string, order: number, change: Partial<PartitionedRow> = {}) {
  const version = { order, time: order * 4096, writer: 'writer' }
  return { partition: 7, key, text: `{"n":${order}}`, version, expiresMs: null, ...change }
}

/** What is read of it. */
export function rowOf({ key, text, version, expiresMs }: PartitionedRow): Row {
  return { key, text, version, expiresMs }
}

export const keysOf = (rows: readonly { readonly key: string }[]) => rows.map(({ key }) => key)

export type Story = (title: string, tell: (engine: KeyValueEngine, own: Disk) => void) => void

/** Each story has an empty disk of its own. */
export function storiesOf(harness: EngineHarness): Story {
  return (title, tell) =>
    test(`${harness.name}: ${title}`, () => {
      const own = harness.disk()
      const engine = own.open()
      tell(engine, own)
      engine.close()
    })
}
