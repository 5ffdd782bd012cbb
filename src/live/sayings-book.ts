/**
 * What people have said about alarms, kept in the store under a system key that is changed on
 * conditions: two people who speak at once, at two coordinators, are both heard, and a restart
 * forgets nothing. Detectors ask here, or over HTTP, what holds.
 */
import { type AlarmSayings, NOTHING_SAID, sayingsSchema } from '../model/alarm-sayings.ts'
import { SAYINGS_KEY } from '../model/keys.ts'
import { must } from '../model/must.ts'
import type { Clock } from '../ports/clock.ts'
import type { SayingsSource } from '../ports/sayings-source.ts'
import type { Trace } from '../ports/trace.ts'
import type { ReadOutcome, Store, WriteOutcome } from '../store/client.ts'
import type { Edit } from './sayings-edits.ts'

/** Why nothing could be said, or heard. */
export type SayingsRefusal =
  | Exclude<ReadOutcome, { kind: 'found' } | { kind: 'absent' }>
  | Exclude<WriteOutcome, { kind: 'done' } | { kind: 'mismatch' }>
  | { readonly kind: 'contended' }
  | { readonly kind: 'unreadable' }

export interface SayingsBook extends SayingsSource {
  read(): Promise<{ readonly kind: 'found'; readonly sayings: AlarmSayings } | SayingsRefusal>
  /** Says something; nothing is written where nothing changes. `saidMs`: wall time. */
  say<T>(
    edit: (sayings: AlarmSayings, saidMs: number) => Edit<T>,
  ): Promise<Edit<T> | SayingsRefusal>
}

export interface SayingsWorld {
  readonly clock: Clock
  readonly trace: Trace
  /** The door to the system's own keys. */
  readonly store: Pick<Store, 'read' | 'write'>
}

/** Others may speak in between; so often it is tried again. */
export const SAY_ATTEMPTS_MAX = 8

export function createSayingsBook(world: SayingsWorld): SayingsBook {
  const book: SayingsBook = {
    async read() {
      const look = await lookUp(world)
      return look.kind === 'held' ? { kind: 'found', sayings: look.sayings } : look
    },
    say: (edit) => say(world, edit),
    async current() {
      const look = await lookUp(world)
      return look.kind === 'held' ? look.sayings : undefined
    },
  }
  return book
}

async function say<T>(
  world: SayingsWorld,
  edit: (sayings: AlarmSayings, saidMs: number) => Edit<T>,
): Promise<Edit<T> | SayingsRefusal> {
  for (let attempt = 0; attempt < SAY_ATTEMPTS_MAX; attempt += 1) {
    const look = await lookUp(world)
    if (look.kind !== 'held') return look
    const edited = edit(look.sayings, world.clock.wallMs())
    if (edited.kind !== 'said' || edited.sayings === look.sayings) return edited
    const text = JSON.stringify(edited.sayings)
    const write = { key: SAYINGS_KEY, text, ...look.condition }
    const outcome = must((await world.store.write([write]))[0], 'each write has an outcome')
    if (outcome.kind === 'done') return edited
    if (outcome.kind !== 'mismatch') return outcome
  }
  return { kind: 'contended' }
}

/** What stands there, and the condition that nothing else stands there by then. */
interface Held {
  readonly kind: 'held'
  readonly sayings: AlarmSayings
  readonly condition: { readonly ifMatch?: string; readonly ifNoneMatch?: '*' }
}

async function lookUp({ store, trace }: SayingsWorld): Promise<Held | SayingsRefusal> {
  const outcome = must((await store.read([SAYINGS_KEY]))[0], 'each key has an outcome')
  if (outcome.kind === 'absent') {
    return { kind: 'held', sayings: NOTHING_SAID, condition: { ifNoneMatch: '*' } }
  }
  if (outcome.kind !== 'found') return outcome
  const parsed = sayingsSchema.safeParse(JSON.parse(outcome.text))
  if (!parsed.success) {
    trace.note('error', { kind: 'sayings.unreadable', reason: parsed.error.message })
    return { kind: 'unreadable' }
  }
  const condition = outcome.etag === undefined ? {} : { ifMatch: outcome.etag }
  return { kind: 'held', sayings: parsed.data, condition }
}
