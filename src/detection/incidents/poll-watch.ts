/**
 * The watch of a detector that polls. It has no log to keep its states in, so they stand in the
 * store as documents of their own, saved now and then; what is polled between the last of them and
 * a kill is not learned, as anything is that comes and goes between two polls. Where an incident
 * has opened or closed they are saved as soon as people have been told, or a restart would leave it
 * open for ever and tell of it again.
 */
import { type Incident, parseIncident } from '../../model/incident.ts'
import { incidentKey, seriesStateKey } from '../../model/keys.ts'
import type { CheckedReading } from '../../model/reading.ts'
import { type PatienceWorld, untilDone } from '../../ports/patience.ts'
import type { Store, StoreWrite } from '../../store/client.ts'
import { learnedWrite } from '../kept-documents.ts'
import type { DetectionRules } from '../rules.ts'
import { RULE_VERSION } from '../watch/options.ts'
import { leftOpen, type ToldIncident, toldOf, withUnsaved } from './handover.ts'
import { type SeriesName, WATCHED_METRICS } from './incident-event.ts'
import { learnedOf } from './learned.ts'
import { openIncidents } from './open-incidents.ts'
import { PollVoices, type SavedVoice, voiceKey } from './poll-voices.ts'
import type { SeriesState } from './series.ts'
import { SLEPT_MS } from './silence.ts'
import { type Telling, type TellingContext, tell } from './telling.ts'
import { WATCHED_SERIES_MAX } from './watch-batch.ts'
import { seriesKey, type WatchContext, type WatchedChange, watchReading } from './watched-floor.ts'

export interface PollWatchWorld extends PatienceWorld {
  readonly store: Store
}

/** States of one request to the store, which takes 16 MiB; a state has up to 200 kB. */
export const SERIES_AT_ONCE = 40
/** States are saved after so long. */
export const POLL_CHECKPOINT_MS = 10 * 60_000
const VOICE = 'voice'

export class PollWatch {
  private readonly world: PollWatchWorld
  private readonly options: { readonly rules: DetectionRules }
  private readonly judge: { watching(): WatchContext; telling(): TellingContext }
  private readonly series = new Map<string, SeriesState>()
  /** Left open by a former rule; each series is taken over with its next reading. */
  private readonly inherited = new Map<string, readonly ToldIncident[]>()
  private readonly voices = new PollVoices()
  /** Series and voices, by `{floor}/{metric}` and `{floor}/voice`. */
  private readonly unsaved = new Set<string>()
  /** Of these an incident has opened, changed or closed since. */
  private readonly urgent = new Set<string>()
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
    const open = await openIncidents(this.world, floors, signal)
    await this.beginVoices(floors, open, signal)
    const findings = open.filter(({ cause }) => cause !== 'silent')
    const names = floors.flatMap((floor) => WATCHED_METRICS.map((metric) => ({ floor, metric })))
    for (const some of chunksOf(names.slice(0, WATCHED_SERIES_MAX))) {
      const keys = some.map(({ floor, metric }) => seriesStateKey(floor, metric))
      const texts = await this.read(keys, signal)
      for (const [i, name] of some.entries()) {
        const saved = savedOf(texts[i])
        const own = findings.filter((one) => isOf(name, one))
        if (saved?.rule === RULE_VERSION && saved.state) this.goOn(name, saved.state, own)
        else if (saved || own.length > 0) await this.inherit(name, saved?.state, own, signal)
      }
    }
    this.savedMs = clock.monotonicMs()
    this.listenAnew()
  }

  private async beginVoices(
    floors: readonly number[],
    open: readonly Incident[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const some of chunksOf(floors)) {
      const texts = await this.read(some.map(voiceKey), signal)
      for (const [i, floor] of some.entries()) {
        const own = open.filter((one) => one.floor === floor)
        this.voices.restore(floor, savedVoiceOf(texts[i]), own)
      }
    }
  }

  /** From the state that this rule saved. Of several documents of a cause all but one end. */
  private goOn(
    { floor, metric }: SeriesName,
    saved: SeriesState,
    documents: readonly Incident[],
  ): void {
    const key = seriesKey(floor, metric)
    const open = withUnsaved(saved.open, documents)
    this.series.set(key, { ...saved, open })
    const isOpen = ({ incident }: ToldIncident) =>
      open.some(({ cause, startMs }) => cause === incident.cause && startMs === incident.startMs)
    const told = documents.map(toldOf)
    if (!told.every(isOpen)) this.inherited.set(key, [...leftOpen({ open }), ...told])
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

  /** What the state had open, what the documents of these say, and what else stands open. */
  private async inherit(
    { floor, metric }: SeriesName,
    state: Partial<SeriesState> | undefined,
    others: readonly Incident[],
    signal: AbortSignal,
  ): Promise<void> {
    const left = leftOpen(state)
    const keys = left.map(({ incident: { startMs, cause } }) =>
      incidentKey(startMs, floor, metric, cause),
    )
    const texts = keys.length > 0 ? await this.read(keys, signal) : []
    const documents = texts.flatMap((text) => (text && parseIncident(text)) || [])
    const told = [...left, ...[...documents, ...others].map(toldOf)]
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
    const broken = this.voices.take(checked, nowMs, timeZone)
    this.unsaved.add(`${piano}/${VOICE}`)
    const series = {
      state: (key: string) => this.series.get(key),
      inherited: (key: string) => this.inherited.get(key),
    }
    const watched = watchReading(series, checked, nowMs, this.judge.watching())
    const news = watched.states.filter(({ key }) => !this.series.has(key)).length
    const isBeyond = news > 0 && this.series.size + news > WATCHED_SERIES_MAX
    if (isBeyond) return this.tell(broken)
    for (const { key, state } of watched.states) {
      this.series.set(key, state)
      this.unsaved.add(key)
      this.inherited.delete(key)
    }
    return this.tell([...broken, ...watched.changes])
  }

  /** Floors that have fallen silent. */
  silences(): readonly Telling[] {
    const nowMs = this.world.clock.wallMs()
    const { timeZone } = this.options.rules
    if (Math.abs(nowMs - this.askedMs) > SLEPT_MS) this.listenAnew()
    this.askedMs = nowMs
    return this.tell(this.voices.silences(nowMs, this.listeningMs, timeZone))
  }

  private tell(changes: readonly WatchedChange[]): readonly Telling[] {
    for (const { name, change } of changes) {
      const isSilence = change.incident.cause === 'silent'
      const key = isSilence ? `${name.floor}/${VOICE}` : seriesKey(name.floor, name.metric)
      this.unsaved.add(key)
      this.urgent.add(key)
    }
    return tell(changes, this.judge.telling())
  }

  /**
   * What cannot be saved now is tried again at the next poll. `isTold`: people have been told of
   * all incidents so far; what nobody was told of must be found again after a kill.
   */
  async saveIfDue(isTold: boolean): Promise<void> {
    const { clock } = this.world
    const isOld = clock.monotonicMs() - this.savedMs >= POLL_CHECKPOINT_MS
    const due = [...(isOld ? this.unsaved : this.urgent)]
    const isSaved = await this.save(due.filter((key) => isTold || !this.urgent.has(key)))
    if (isOld && isSaved) this.savedMs = clock.monotonicMs()
  }

  private async save(due: readonly string[]): Promise<boolean> {
    const { store, trace } = this.world
    for (const keys of chunksOf(due)) {
      const outcomes = await store.write(keys.flatMap((key) => this.writesOf(key)))
      const refusal = outcomes.find(({ kind }) => kind !== 'done')
      if (refusal) {
        trace.note('debug', { kind: 'detection.series-unsaved', reason: refusal.kind })
        return false
      }
      for (const key of keys) {
        this.unsaved.delete(key)
        this.urgent.delete(key)
      }
    }
    return true
  }

  /** The state itself, and what of it people can read. */
  private writesOf(key: string): readonly StoreWrite[] {
    const state = this.series.get(key)
    const [floor, name] = key.split('/')
    if (name === VOICE) return [this.voices.writeOf(Number(floor)) ?? []].flat()
    const metric = WATCHED_METRICS.find((one) => one === name)
    if (!state || !metric) return []
    const text = JSON.stringify({ rule: RULE_VERSION, state })
    const learned = learnedOf({ floor: Number(floor), metric }, state)
    return [{ key: seriesStateKey(Number(floor), metric), text }, learnedWrite(learned)]
  }
}

function isOf({ floor, metric }: SeriesName, incident: Incident): boolean {
  return incident.floor === floor && incident.metric === metric
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

function savedVoiceOf(text: string | undefined) {
  return text === undefined ? undefined : (JSON.parse(text) as SavedVoice)
}
