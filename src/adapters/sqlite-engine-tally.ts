/**
 * How many keys of a file a client could read, without counting them: a number that moves with each
 * row that comes and goes, saved in the same transaction. Rows that expire by themselves are found
 * through an index when somebody asks, each once: the tally stands at a moment, and only what
 * expired between that moment and now is looked up. A clock that was set back brings rows to life
 * again in the same manner.
 */
import { isSystemKey, SYSTEM_PREFIX } from '../model/keys.ts'
import type { Statements } from './sqlite-engine-tables.ts'

/** Does a row count, as long as it has not expired? */
export function isCounted(partition: number, key: string, hasText: boolean): boolean {
  return hasText && partition >= 0 && !isSystemKey(key)
}

type TallyStatements = Pick<Statements, 'tally' | 'setTally' | 'expiring'>

export class LiveTally {
  private readonly statements: TallyStatements
  private live: number
  /** Rows whose expiry is not after this moment are not among `live`. */
  private atMs: number
  private saved: readonly [live: number, atMs: number]

  constructor(statements: TallyStatements) {
    this.statements = statements
    this.saved = statements.tally.get() as unknown as [number, number]
    ;[this.live, this.atMs] = this.saved
  }

  came(isCounted: boolean, expiresMs: number | null): void {
    if (isCounted && (expiresMs === null || expiresMs > this.atMs)) this.live += 1
  }

  left(isCounted: boolean, expiresMs: number | null): void {
    if (isCounted && (expiresMs === null || expiresMs > this.atMs)) this.live -= 1
  }

  at(nowMs: number): number {
    if (nowMs > this.atMs) this.live -= this.expiring(this.atMs, nowMs)
    else if (nowMs < this.atMs) this.live += this.expiring(nowMs, this.atMs)
    this.atMs = nowMs
    return this.live
  }

  /** Within the transaction that changed rows. */
  save(): void {
    const [live, atMs] = this.saved
    if (live === this.live && atMs === this.atMs) return
    this.statements.setTally.run(this.live, this.atMs)
    this.saved = [this.live, this.atMs]
  }

  /** Returns what takes back all changes since, when the transaction is rolled back. */
  mark(): () => void {
    const { live, atMs, saved } = this
    return () => {
      this.live = live
      this.atMs = atMs
      this.saved = saved
    }
  }

  /** Rows whose expiry is after `fromMs` and not after `toMs`. */
  private expiring(fromMs: number, toMs: number): number {
    const prefix = [SYSTEM_PREFIX.length, SYSTEM_PREFIX] as const
    const [count] = this.statements.expiring.get(fromMs, toMs, ...prefix) as unknown as [number]
    return count
  }
}
