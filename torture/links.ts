/**
 * How each direction between two processes is at the moment. A link is named by who sends and who
 * receives; what nobody has hurt is open. The proxies ask here for each piece that passes and are
 * told when something changes.
 *
 * - `held`: nothing passes, and what was sent arrives once the link is open again, as TCP does it
 *   after a short partition. A write may so arrive many seconds late.
 * - `lost`: nothing passes, and what was sent never arrives: the connection is reset in the end.
 * - `refused`: connections are reset at once, as a firewall with manners does it.
 */
export type LinkState = 'open' | 'held' | 'lost' | 'refused'

export interface Link {
  readonly from: string
  readonly to: string
}

export interface LinkCondition {
  readonly state: LinkState
  /** Added to each piece. */
  readonly delayMs: number
}

const OPEN: LinkCondition = { state: 'open', delayMs: 0 }

export class Links {
  private readonly hurt = new Map<string, LinkCondition>()
  private readonly watchers = new Set<() => void>()

  of({ from, to }: Link): LinkCondition {
    return this.hurt.get(nameOf(from, to)) ?? OPEN
  }

  set(links: readonly Link[], condition: Partial<LinkCondition>): void {
    for (const { from, to } of links) this.hurt.set(nameOf(from, to), { ...OPEN, ...condition })
    this.tell()
  }

  mend(links: readonly Link[]): void {
    for (const { from, to } of links) this.hurt.delete(nameOf(from, to))
    this.tell()
  }

  mendAll(): void {
    this.hurt.clear()
    this.tell()
  }

  /** `see` is called after each change; the result ends that. */
  watch(see: () => void): () => void {
    this.watchers.add(see)
    return () => void this.watchers.delete(see)
  }

  private tell(): void {
    for (const see of [...this.watchers]) see()
  }
}

/** Every direction between the two sides, both ways. */
export function between(side: readonly string[], other: readonly string[]): readonly Link[] {
  return [...oneWay(side, other), ...oneWay(other, side)]
}

export function oneWay(from: readonly string[], to: readonly string[]): readonly Link[] {
  return from.flatMap((sender) =>
    to
      .filter((receiver) => receiver !== sender)
      .map((receiver) => ({ from: sender, to: receiver })),
  )
}

const nameOf = (from: string, to: string): string => `${from} > ${to}`
