/**
 * Consumption in a group, for as long as the consumer wants it: one session after the other. One
 * that broke (its coordinator went away for good, its join failed) is followed by a new one, and
 * the consumer sees no more of it than partitions that were revoked and assigned again.
 */
import type { GroupEvent } from '../../ports/log.ts'
import { LogError } from '../../ports/log.ts'
import type { KafkaAdmin } from './faces.ts'
import { type GroupSession, openGroupSession, type SessionPlace } from './group-session.ts'
import { askUntilAnswered, asLogError, createOutage, type Outage } from './outage.ts'
import type { KafkaWorld } from './tuning.ts'
import { createWakeup, type Wakeup } from './wakeup.ts'

/** `sessions`: holds the one that is under way, for whoever closes the log. */
export async function* consumeGroup(
  world: KafkaWorld,
  admin: KafkaAdmin,
  place: SessionPlace,
  signal: AbortSignal,
  sessions: Set<GroupSession>,
): AsyncGenerator<GroupEvent> {
  const outage = createOutage(world, { topic: place.topic, group: place.group })
  await askUntilAnswered(world, place.topic, outage, signal, () => admin.topic(place.topic))
  const news = createWakeup()
  signal.addEventListener('abort', news.wake)
  try {
    while (!signal.aborted) {
      const session = openGroupSession(world, admin, place, news.wake)
      sessions.add(session)
      try {
        yield* eventsOf(session, news, outage, signal)
      } finally {
        await session.leave()
        sessions.delete(session)
      }
      if (!signal.aborted) await comeBack(world, place, session, outage, signal)
    }
  } finally {
    signal.removeEventListener('abort', news.wake)
  }
}

/** Until the signal, or until the session is broken and all was said. */
async function* eventsOf(
  session: GroupSession,
  news: Wakeup,
  outage: Outage,
  signal: AbortSignal,
): AsyncGenerator<GroupEvent> {
  while (!signal.aborted) {
    const event = session.next()
    if (event?.kind === 'assigned') outage.passed()
    if (event) yield event
    else if (session.broken() !== undefined) return
    else await news.wait()
  }
}

/** Waits before the next session; rejects where another would not help. */
async function comeBack(
  world: KafkaWorld,
  { topic }: SessionPlace,
  session: GroupSession,
  outage: Outage,
  signal: AbortSignal,
): Promise<void> {
  const error = asLogError(world, topic, session.broken())
  if (!(error instanceof LogError) || error.code !== 'unavailable') throw error
  await outage.failed(session.broken(), signal)
}
