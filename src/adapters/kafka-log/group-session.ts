/**
 * One membership of a group, from the join to the end: which partitions are the member's own, their
 * records, and the commits. Whoever holds it asks for the next event; in between nothing is pushed,
 * so a slow consumer is never flooded.
 *
 * A partition lives in a Part. When it is lost, its Part is over for ever: batches of it that are
 * still under way are fenced, even if the same partition comes back, because another member may
 * have had it in between. Commits carry the generation under which the partition was last known to
 * be ours, so the broker refuses what slept through a change.
 */
import type { GroupEvent, LogBatch, LogRecord } from '../../ports/log.ts'
import { openMember } from './client.ts'
import { commitPatiently, type Ownership } from './commit.ts'
import type { JoinedMembership, KafkaAdmin, KafkaMember, Membership } from './faces.ts'
import { askUntilAnswered, createOutage, type Outage, within } from './outage.ts'
import { openPartitionReader, type PartitionReader, type ReadItem } from './partition-reader.ts'
import { compareSharing } from './sharing.ts'
import { JOIN_BEFORE_LEAVE_MS, type KafkaWorld, LEAVE_MS_MAX } from './tuning.ts'

export interface GroupSession {
  /** What the consumer is told next; undefined when there is nothing yet. Throws LogError. */
  next(): GroupEvent | undefined
  /** Why the membership cannot go on; what is left of `next` says that all was revoked. */
  broken(): unknown
  leave(): Promise<void>
}

export interface SessionPlace {
  readonly topic: string
  readonly group: string
  readonly batchRecordsMax: number
}

interface Part extends Ownership {
  /** There as soon as it is known where the group stands. */
  reader: PartitionReader | undefined
}

interface Session {
  readonly world: KafkaWorld
  readonly admin: KafkaAdmin
  readonly place: SessionPlace
  readonly member: KafkaMember
  readonly outage: Outage
  /** By partition; the one that was served last stands last. */
  readonly parts: Map<number, Part>
  /** Assigned and revoked, in order. */
  readonly told: GroupEvent[]
  readonly onNews: () => void
  readonly stop: AbortController
  membership: JoinedMembership | undefined
  broken: unknown
}

/** Joins. `onNews` is called when `next` or `broken` may have something to say. */
export function openGroupSession(
  world: KafkaWorld,
  admin: KafkaAdmin,
  place: SessionPlace,
  onNews: () => void,
): GroupSession {
  const member = openMember(world, place.topic, place.group, {
    joined: (membership) => shareOut(session, membership),
    lost: (error) => breakOff(session, error),
  })
  const { topic, group } = place
  const session: Session = {
    ...{ world, admin, place, member, onNews },
    outage: createOutage(world, { topic, group }),
    parts: new Map(),
    told: [],
    stop: new AbortController(),
    membership: undefined,
    broken: undefined,
  }
  const joined = member.join().catch((error: unknown) => breakOff(session, error))
  return {
    next: () => nextEvent(session),
    broken: () => session.broken,
    async leave() {
      session.stop.abort()
      endAll(session)
      // Who leaves in the middle of joining would be waited for by the others.
      await within(world.clock, JOIN_BEFORE_LEAVE_MS, joined).catch(() => {})
      await within(world.clock, LEAVE_MS_MAX, member.leave()).catch(() => member.abandon())
    },
  }
}

function breakOff(session: Session, error: unknown): void {
  session.broken ??= error
  endAll(session)
  session.onNews()
}

function endAll(session: Session): void {
  for (const part of [...session.parts.values()]) end(session, part)
}

/** The partition is another member's from now on, for all that we know. */
function end({ parts, told, onNews }: Session, part: Part): void {
  part.isOver = true
  parts.delete(part.partition)
  part.reader?.close()
  if (part.reader) told.push({ kind: 'revoked', partition: part.partition })
  onNews()
}

function shareOut(session: Session, now: JoinedMembership): void {
  if (session.stop.signal.aborted || session.broken !== undefined) return
  const { kept, lost, gained } = compareSharing([...session.parts.keys()], session.membership, now)
  session.membership = now
  for (const partition of lost) endPartition(session, partition)
  for (const partition of kept) {
    const part = session.parts.get(partition)
    if (part) part.membership = now
  }
  begin(session, gained, now)
}

function endPartition(session: Session, partition: number): void {
  const part = session.parts.get(partition)
  if (part) end(session, part)
}

function begin(session: Session, partitions: readonly number[], membership: JoinedMembership) {
  const parts = partitions.map((partition) => addPart(session, partition, membership))
  // Fails only where going on cannot help; then the session is broken.
  startReading(session, parts).catch((error: unknown) => breakOff(session, error))
}

function addPart({ parts }: Session, partition: number, membership: Membership): Part {
  const unread = { isOver: false, wanted: 0, committed: 0, reader: undefined }
  const part: Part = { partition, membership, ...unread }
  parts.set(partition, part)
  return part
}

/** Finds out where the group stands, and reads on from there. */
async function startReading(session: Session, parts: readonly Part[]): Promise<void> {
  if (parts.length === 0) return
  const { world, admin, place, outage, stop } = session
  const { topic, group } = place
  const partitions = parts.map(({ partition }) => partition)
  const found = await askUntilAnswered(world, topic, outage, stop.signal, () =>
    Promise.all([
      admin.committed(group, topic, partitions),
      admin.offsets(topic, partitions, 'first'),
    ]),
  )
  const [committed, firsts] = found ?? [[], []]
  for (const [index, part] of parts.entries()) {
    if (!found || part.isOver) continue
    const first = firsts[index] ?? 0
    const asked = committed[index] ?? -1
    if (asked >= 0 && asked < first) noteGap(session, part.partition, asked, first)
    assign(session, part, Math.max(asked, first))
  }
  session.onNews()
}

function assign(session: Session, part: Part, nextOffset: number): void {
  const { world, admin, place, told, onNews } = session
  const { partition } = part
  const at = { topic: place.topic, partition, offset: nextOffset }
  part.reader = openPartitionReader(world, admin, at, onNews)
  told.push({ kind: 'assigned', partition, nextOffset })
}

function noteGap({ world, place }: Session, partition: number, from: number, to: number): void {
  const { topic, group } = place
  world.trace.note('warn', { kind: 'log.gap', topic, group, partition, from, to })
}

function nextEvent(session: Session): GroupEvent | undefined {
  const told = session.told.shift()
  if (told) return told
  for (const part of session.parts.values()) {
    const failure = part.reader?.failure()
    if (failure) throw failure
    const item = part.reader?.take(session.place.batchRecordsMax)
    if (item) return serve(session, part, item)
  }
  return
}

/** What a Part has to offer, as an event; the others come first next time. */
function serve(session: Session, part: Part, item: ReadItem): GroupEvent | undefined {
  const { parts } = session
  parts.delete(part.partition)
  parts.set(part.partition, part)
  if (item.kind === 'records') return { kind: 'batch', batch: batchOf(session, part, item.records) }
  noteGap(session, part.partition, item.from, item.to)
  // A group is told of a gap by being assigned anew, at the place where it goes on.
  end(session, part)
  assign(session, addPart(session, part.partition, part.membership), item.to)
  return session.told.shift()
}

function batchOf(session: Session, part: Part, records: readonly LogRecord[]): LogBatch {
  const next = (records.at(-1)?.offset ?? -1) + 1
  return {
    partition: part.partition,
    records,
    commit: () => commitPatiently(session.world, session.member, part, next, () => endAll(session)),
  }
}
