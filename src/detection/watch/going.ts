/**
 * Which alarm opens now: what a channel finds at one reading goes on while it finds it at the next
 * ones too, and disturbs once.
 */
import type { Channel } from './options.ts'
import type { Finding } from './verdict.ts'

/** What a channel said of a reading. */
export interface Said {
  readonly channel: Channel
  readonly finding: Finding | undefined
}

/** The first finding that did not go on already. */
export function opening(
  going: readonly string[],
  findings: readonly Finding[],
): Finding | undefined {
  return findings.find((finding) => !going.includes(nameOf(finding)))
}

/** Bins of a fast meter are judged now and then; what they found goes on until the next one. */
export function nextGoing(going: readonly string[], said: readonly Said[]): readonly string[] {
  const found = said.flatMap(({ finding }) => (finding ? [nameOf(finding)] : []))
  const isBinJudged = said.some(({ channel }) => isOfBins(channel))
  if (isBinJudged) return found
  const lasting = going.filter((name) => isOfBins(name.split(' ')[0] ?? ''))
  return [...new Set([...lasting, ...found])]
}

function isOfBins(channel: string): boolean {
  return channel === 'season' || channel === 'hours' || channel === 'level'
}

function nameOf({ channel, direction }: Finding): string {
  return `${channel} ${direction}`
}
