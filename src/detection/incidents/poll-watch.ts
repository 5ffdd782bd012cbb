/**
 * The watch of a detector that polls. It has no log to keep its states in, so they stand in the
 * store as documents of their own, saved now and then; what is polled between the last of them and
 * a kill is not learned, as anything is that comes and goes between two polls.
 */

import type { Voice } from '../../model/detection-state.ts'
import { parseIncident } from '../../model/incident.ts'
import { incidentKey, seriesStateKey } from '../../model/keys.ts'
import type { CheckedReading } from '../../model/reading.ts'
import { type PatienceWorld, untilDone } from '../../ports/patience.ts'
import type { Store, StoreWrite } from '../../store/client.ts'
import { learnedWrite } from '../kept-documents.ts'
import type { DetectionRules } from '../rules.ts'
import { RULE_VERSION } from '../watch/options.ts'
import { leftOpen, type ToldIncident, toldOf } from './handover.ts'
import { type SeriesName, WATCHED_METRICS } from './incident-event.ts'
import { learnedOf } from './learned.ts'
import type { SeriesState } from './series.ts'
import { SLEPT_MS, silenceOf } from './silence.ts'
import { hear, silenceBegins } from './silent-floor.ts'
import { type Telling, type TellingContext, tell } from './telling.ts'
import { WATCHED_SERIES_MAX } from './watch-batch.ts'
import { seriesKey, type WatchContext, watchReading } from './watched-floor.ts'

export interface PollWatchWorld extends PatienceWorld {
  readonly store: Store
}

/** States of one request to the store, which takes 16 MiB; a state has up to 200 kB. */
export const SERIES_AT_ONCE = 40
/** States are saved after so long. */
export const POLL_CHECKPOINT_MS = 10 * 60_000

export class PollWatch {
  private readonly world: PollWatchWorld
  private readonly options: { readonly rules: DetectionRules }
  private readonly judge: { watching(): WatchContext; telling(): TellingContext }
  private readonly series = new Map<string, SeriesState>()
  /** Left open by a former rule; each series is taken over with its next reading. */
  private readonly inherited = new Map<string, readonly ToldIncident[]>()
  private readonly voices = new Map<number, Voice>()
  private readonly unsaved = new Set<string>()
  private savedMs = 0
  private listeningMs = 0
  private askedMs = 0

  constructor(world: PollWatchWorld, options: PollWatch['options'], judge: PollWatch['judge']) {
    this.world = world
    this.options = options
    this.judge = judge
  }

  /** Resolves once the store has said what was learned before. */
  async begin(floors: readonly number[], signal: AbortSignal): Promise<void> {
    const { clock } = this.world
    const names = floors.flatMap((floor) => WATCHED_METRICS.map((metric) => ({ floor, metric })))
    for (const some of chunksOf(names.slice(0, WATCHED_SERIES_MAX))) {
      const keys = some.map(({ floor, metric }) => seriesStateKey(floor, metric))
      const texts = await this.read(keys, signal)
      for (const [i, name] of some.entries()) {
        const saved = savedOf(texts[i])
        if (saved?.rule === RULE_VERSION) {
          if (saved.state) this.series.set(seriesKey(name.floor, name.metric), saved.state)
        } else if (saved) await this.inherit(name, saved.state, signal)
      }
    }
    this.savedMs = clock.monotonicMs()
    this.listenAnew()
  }

  /** The texts under these keys, once the store says what stands there. */
  private async read(keys: readonly string[], signal: AbortSignal) {
    const outcomes = await untilDone(this.world, 'detection.store-waiting', signal, async () => {
      const found = await this.world.store.read(keys)
      const silent = found.find(({ kind }) => kind !== 'found' && kind !== 'absent')
      if (!silent) return { kind: 'done', value: found }
      return { kind: 'again', reason: `the store says ${silent.kind}` }
    })
    return outcomes.map((outcome) => (outcome.kind === 'found' ? outcome.text : undefined))
  }

  /** What the state had open, and what the documents of these say. */
  private async inherit(
    { floor, metric }: SeriesName,
    state: Partial<SeriesState> | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const left = leftOpen(state)
    const keys = left.map(({ incident: { startMs, cause } }) =>
      incidentKey(startMs, floor, metric, cause),
    )
    const texts = keys.length > 0 ? await this.read(keys, signal) : []
    const documents = texts.flatMap((text) => (text && parseIncident(text)) || [])
    const told = [...left, ...documents.map(toldOf)]
    this.inherited.set(seriesKey(floor, metric), told)
  }

  /** Nobody could have been heard until now. */
  listenAnew(): void {
    this.listeningMs = this.world.clock.wallMs()
    this.askedMs = this.listeningMs
  }

  /** A reading that is new. */
  take(checked: CheckedReading): readonly Telling[] {
    const { piano } = checked.reading
    const nowMs = this.world.clock.wallMs()
    const { timeZone } = this.options.rules
    const heard = hear(this.voices.get(piano), checked.reading, nowMs, timeZone)
    this.voices.set(piano, heard.voice)
    const series = {
      state: (key: string) => this.series.get(key),
      inherited: (key: string) => this.inherited.get(key),
    }
    const watched = watchReading(series, checked, nowMs, this.judge.watching())
    const news = watched.states.filter(({ key }) => !this.series.has(key)).length
    const isBeyond = news > 0 && this.series.size + news > WATCHED_SERIES_MAX
    if (isBeyond) return tell(heard.changes, this.judge.telling())
    for (const { key, state } of watched.states) {
      this.series.set(key, state)
      this.unsaved.add(key)
      this.inherited.delete(key)
    }
    return tell([...heard.changes, ...watched.changes], this.judge.telling())
  }

  /** Floors that have fallen silent. */
  silences(): readonly Telling[] {
    const nowMs = this.world.clock.wallMs()
    const { timeZone } = this.options.rules
    if (Math.abs(nowMs - this.askedMs) > SLEPT_MS) this.listenAnew()
    this.askedMs = nowMs
    const changes = [...this.voices].flatMap(([floor, voice]) => {
      const silence = silenceOf(voice, nowMs, this.listeningMs, timeZone)
      if (!silence) return []
      this.voices.set(floor, silence.voice)
      return [silenceBegins(floor, silence)]
    })
    return tell(changes, this.judge.telling())
  }

  /** What cannot be saved now is tried again at the next poll. */
  async saveIfDue(): Promise<void> {
    const { store, clock, trace } = this.world
    if (this.unsaved.size === 0 || clock.monotonicMs() - this.savedMs < POLL_CHECKPOINT_MS) return
    for (const keys of chunksOf([...this.unsaved])) {
      const outcomes = await store.write(keys.flatMap((key) => this.writesOf(key)))
      const refusal = outcomes.find(({ kind }) => kind !== 'done')
      if (refusal) {
        trace.note('debug', { kind: 'detection.series-unsaved', reason: refusal.kind })
        return
      }
      for (const key of keys) this.unsaved.delete(key)
    }
    this.savedMs = clock.monotonicMs()
  }

  /** The state itself, and what of it people can read. */
  private writesOf(key: string): readonly StoreWrite[] {
    const state = this.series.get(key)
    const [floor, name] = key.split('/')
    const metric = WATCHED_METRICS.find((one) => one === name)
    if (!state || !metric) return []
    const text = JSON.stringify({ rule: RULE_VERSION, state })
    const learned = learnedOf({ floor: Number(floor), metric }, state)
    return [{ key: seriesStateKey(Number(floor), metric), text }, learnedWrite(learned)]
  }
}

function chunksOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / SERIES_AT_ONCE)
  return Array.from({ length: count }, (_, i) =>
    all.slice(i * SERIES_AT_ONCE, (i + 1) * SERIES_AT_ONCE),
  )
}

/** Written by us; what another version learned is left out, what it had open is not. */
function savedOf(text: string | undefined) {
  if (text === undefined) return undefined
  return JSON.parse(text) as { readonly rule?: string; readonly state?: SeriesState }
}
