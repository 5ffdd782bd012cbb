/**
 * The id of a stream event: where its record stands in the alerts log, and in which incarnation of
 * the topic, so that a place in a log that was deleted and made anew is never taken for one of
 * today's. `{generation}-{offset}`; the generation may hold dashes of its own.
 */
const SHAPE = /^(.+)-(\d{1,15})$/

export function eventId(generation: string, offset: number): string {
  return `${generation}-${offset}`
}

/** The offset an id of this generation names; undefined when it is no id of this generation. */
export function offsetOf(id: string, generation: string): number | undefined {
  const match = SHAPE.exec(id)
  return match?.[1] === generation ? Number(match[2]) : undefined
}
