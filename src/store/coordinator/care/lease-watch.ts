/**
 * Whether a lease may be taken or is still held, by the record of it and one monotonic clock. Pure
 * but for what it has seen.
 *
 * Whoever takes over has watched the record stand still for `takeOverMs` since it first saw it so,
 * which was not before the holder raised it; so the holder, which counts from before it raised it,
 * has given up by then.
 */

/** The record; `holder` null = it was given back. */
interface LeaseRecord {
  readonly holder: string | null
  readonly beat: number
}

export class LeaseWatch {
  private readonly name: string
  private readonly takeOverMs: number
  /** What others last wrote, and since when it is seen to stand there. */
  private seen: { readonly text: string; readonly sinceMs: number } | null = null
  private heldUntilMs: number | null = null
  private isReached = false

  constructor(name: string, takeOverMs: number) {
    this.name = name
    this.takeOverMs = takeOverMs
  }

  /** What shall stand in place of this text. */
  decide(text: string | null, nowMs: number): string | 'leave' {
    const record = parse(text)
    const mine = JSON.stringify({ holder: this.name, beat: (record?.beat ?? 0) + 1 })
    if (text === null || !record || record.holder === null || record.holder === this.name) {
      return mine
    }
    if (this.seen?.text !== text) this.seen = { text, sinceMs: nowMs }
    return nowMs - this.seen.sinceMs >= this.takeOverMs ? mine : 'leave'
  }

  /** What shall stand there when we go. */
  released(text: string | null): string | 'leave' {
    const record = parse(text)
    if (record?.holder !== this.name) return 'leave'
    return JSON.stringify({ holder: null, beat: record.beat + 1 })
  }

  /** For how long that of another is seen to stand still; null = it is ours, or none was seen. */
  silentMs(nowMs: number): number | null {
    return this.seen === null || this.isHeld(nowMs) ? null : nowMs - this.seen.sinceMs
  }

  /** The last look has reached the record: that it stands still is none of our own doing. */
  get isInSight(): boolean {
    return this.isReached
  }

  /** Our beat stands there; `startMs`: from before it was sent. */
  raised(startMs: number): void {
    this.isReached = true
    this.heldUntilMs = startMs + this.takeOverMs
    this.seen = null
  }

  /** Somebody else's stands there. */
  lost(): void {
    this.isReached = true
    this.heldUntilMs = null
  }

  /** Nobody knows what stands there. */
  unreached(): void {
    this.isReached = false
  }

  isHeld(nowMs: number): boolean {
    return this.heldUntilMs !== null && nowMs < this.heldUntilMs
  }
}

/** Null: what stands there is no record. */
function parse(text: string | null): LeaseRecord | null {
  try {
    const record: unknown = JSON.parse(text ?? 'null')
    return isRecord(record) ? record : null
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is LeaseRecord {
  if (typeof value !== 'object' || value === null) return false
  const { holder, beat } = value as Partial<Record<keyof LeaseRecord, unknown>>
  return (holder === null || typeof holder === 'string') && Number.isSafeInteger(beat)
}
