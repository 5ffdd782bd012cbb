/**
 * The thresholds that hold everywhere. They stand in the store under a system key, so every
 * coordinator and detector sees the same; when the store's quorum cannot be asked, the last known
 * ones are served and said to be so, because limits that vanish would silence every alarm.
 *
 * The file beside it is where they come from when the store has none yet, and a copy from then on.
 */
import { THRESHOLDS_KEY } from '../model/keys.ts'
import { must } from '../model/must.ts'
import { DEFAULT_THRESHOLDS, parseStoredThresholds, type Thresholds } from '../model/thresholds.ts'
import type { Clock } from '../ports/clock.ts'
import type { Service } from '../ports/service.ts'
import type { ThresholdSource } from '../ports/threshold-source.ts'
import type { ThresholdsFile } from '../ports/thresholds-file.ts'
import type { Trace } from '../ports/trace.ts'
import type { ReadOutcome, Store, WriteOutcome } from '../store/client.ts'
import { ThresholdsCopy } from './thresholds-copy.ts'
import { untilStopped } from './until-stopped.ts'

export interface KnownThresholds {
  readonly thresholds: Thresholds
  /** The store's quorum could not be asked: these held when it last could. */
  readonly isLastKnown: boolean
}

export interface ThresholdsBook extends Service {
  /**
   * Asks the store. Undefined when it cannot be asked and nothing was ever known (answer 503): the
   * defaults in its place would raise wrong alarms. With no shards registered, and none expected:
   * the last known, the file's, or the defaults. Never rejects.
   */
  current(): Promise<KnownThresholds | undefined>
  /** What the store makes of them. Never rejects. */
  replace(thresholds: Thresholds): Promise<WriteOutcome>
  /**
   * For detection in the same process. Defaults that stand in for a store which nobody could ask
   * yet are not told here: they would raise wrong alarms.
   */
  readonly source: ThresholdSource
}

export interface ThresholdsWorld {
  readonly clock: Clock
  readonly trace: Trace
  /** The door to the system's own keys. */
  readonly store: Pick<Store, 'read' | 'write'>
  readonly file: ThresholdsFile
  /** There are shards to be found: that none is registered yet says nothing about thresholds. */
  readonly expectsShards: boolean
}

/** A change at another coordinator is known here, and in the file, within this time. */
export const REFRESH_MS = 2_000

/** What the store says. */
type Look =
  | { readonly kind: 'held'; readonly thresholds: Thresholds }
  /** A quorum says that there are none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'no-shards' }
  | { readonly kind: 'unreachable' }

export function createThresholdsBook(world: ThresholdsWorld): ThresholdsBook {
  return new StoredThresholds(world)
}

class StoredThresholds implements ThresholdsBook {
  readonly source: ThresholdSource
  private readonly world: ThresholdsWorld
  private readonly copy: ThresholdsCopy
  /** The store's, when it last could be asked. */
  private known: Thresholds | undefined
  /** Counts changes made here: what was read before one of them is old. */
  private changes = 0

  constructor(world: ThresholdsWorld) {
    this.world = world
    this.copy = new ThresholdsCopy(world.file, world.trace)
    this.source = {
      current: async () => {
        const look = await this.look()
        const known = await this.knownBy(look)
        return known ?? (look.kind === 'none' ? DEFAULT_THRESHOLDS : undefined)
      },
    }
  }

  async current(): Promise<KnownThresholds | undefined> {
    const look = await this.look()
    const thresholds = await this.knownBy(look)
    if (thresholds) {
      return { thresholds, isLastKnown: look.kind === 'no-shards' || look.kind === 'unreachable' }
    }
    const isUnknown = look.kind === 'no-shards' && this.world.expectsShards
    if (isUnknown || look.kind === 'unreachable') return undefined
    return { thresholds: DEFAULT_THRESHOLDS, isLastKnown: false }
  }

  async replace(thresholds: Thresholds): Promise<WriteOutcome> {
    const write = { key: THRESHOLDS_KEY, text: JSON.stringify(thresholds) }
    const outcome = must((await this.world.store.write([write]))[0], 'each write has an outcome')
    this.changes += 1
    if (outcome.kind === 'done') {
      this.known = thresholds
      await this.copy.keep(thresholds)
    }
    return outcome
  }

  run(signal: AbortSignal): Promise<void> {
    return untilStopped(signal, async () => {
      for (;;) {
        await this.refresh()
        await this.world.clock.sleep(REFRESH_MS, signal)
      }
    })
  }

  private async refresh(): Promise<void> {
    const { changes } = this
    const look = await this.look()
    if (changes !== this.changes) return
    if (look.kind === 'held') await this.copy.keep(look.thresholds)
    else if (look.kind === 'none') await this.importFile()
  }

  private async importFile(): Promise<void> {
    const thresholds = await this.copy.read()
    if (!thresholds) return
    // Only where there are none, so an old file never overrides what a person has set.
    const write = {
      key: THRESHOLDS_KEY,
      text: JSON.stringify(thresholds),
      ifNoneMatch: '*',
    } as const
    const [outcome] = await this.world.store.write([write])
    if (outcome?.kind === 'mismatch') return
    this.world.trace.note('info', { kind: 'thresholds.imported', outcome: outcome?.kind })
  }

  /** What is known after a look: the store's, the last that were the store's, or the file's. */
  private async knownBy(look: Look): Promise<Thresholds | undefined> {
    if (look.kind === 'held') return look.thresholds
    if (look.kind !== 'none' && this.known) return this.known
    return await this.copy.read()
  }

  private async look(): Promise<Look> {
    const { changes } = this
    const [outcome] = await this.world.store.read([THRESHOLDS_KEY])
    const look = this.lookOf(must(outcome, 'each key has an outcome'))
    if (look.kind === 'held' && changes === this.changes) this.known = look.thresholds
    return look
  }

  private lookOf(outcome: ReadOutcome): Look {
    if (outcome.kind === 'absent') return { kind: 'none' }
    if (outcome.kind === 'no-shards') return { kind: 'no-shards' }
    if (outcome.kind !== 'found') return { kind: 'unreachable' }
    try {
      return { kind: 'held', thresholds: parseStoredThresholds(JSON.parse(outcome.text)) }
    } catch (error) {
      this.world.trace.note('error', { kind: 'thresholds.unreadable', reason: String(error) })
      return { kind: 'unreachable' }
    }
  }
}
