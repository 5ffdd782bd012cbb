/**
 * The conditional lane as it ought to be, in twenty lines: one register a key, changed at a single
 * moment between question and answer, behind a wire that delays and loses. Whatever it does is
 * right, so the checkers must accept it; and with one of the bugs below it is wrong, so they must
 * see it.
 */
import type { Random } from '../../src/ports/random.ts'
import type {
  ChangeAnswer,
  ConditionalChange,
  ConditionalRead,
  ConditionalStore,
} from '../conditional-workload.ts'
import type { Kernel } from '../kernel.ts'

export const STORE_BUGS = [
  'a read is stale',
  'what an etag demands is not looked at',
  'a creation does not look whether something is there',
  'a retry is a change of its own',
  'what failed takes effect all the same',
  'what is acknowledged is not written',
  'a deletion comes back',
  'a change in doubt is shown and then forgotten',
  'an etag is given twice',
  'a change is refused for no reason',
] as const
export type StoreBug = (typeof STORE_BUGS)[number]

interface Register {
  text: string | null
  etag: string | null
  before: { text: string | null; etag: string | null }
  /** Changes that took effect, by request. */
  readonly etags: Map<string, string | null>
}

const DELAY_MS_MAX = 30
const LATE_MS_MAX = 3_000
const BACK_AFTER_MS = 100
const BUG_CHANCE = 0.1
const ETAGS_REUSED_AFTER = 20

export class AtomicStore implements ConditionalStore {
  private readonly kernel: Kernel
  private readonly random: Random
  private readonly bug: StoreBug | null
  private readonly registers = new Map<string, Register>()
  private puts = 0

  constructor(kernel: Kernel, random: Random, bug: StoreBug | null = null) {
    this.kernel = kernel
    this.random = random
    this.bug = bug
  }

  async readConditional(key: string): Promise<ConditionalRead> {
    await this.delay()
    const register = this.register(key)
    const { text, etag } = this.strikes('a read is stale') ? register.before : register
    await this.delay()
    if (this.random.chance(0.05)) return { kind: 'unavailable' }
    return text === null || etag === null
      ? { kind: 'absent', etag: null }
      : { kind: 'found', text, etag }
  }

  async change(key: string, change: ConditionalChange): Promise<ChangeAnswer> {
    const draw = this.random.below(100)
    await this.delay()
    if (draw < 5) return this.fail(key, change)
    if (draw < 10) return this.lose(key, change)
    if (draw < 15) {
      void this.kernel
        .sleep(this.random.below(LATE_MS_MAX))
        .then(() => this.apply(this.register(key), change))
    }
    const answer: ChangeAnswer =
      draw < 15 ? { kind: 'unknown' } : this.apply(this.register(key), change)
    await this.delay()
    return draw < 22 ? { kind: 'unknown' } : answer
  }

  private fail(key: string, change: ConditionalChange): ChangeAnswer {
    if (this.bug === 'what failed takes effect all the same') this.apply(this.register(key), change)
    return { kind: 'failed' }
  }

  /** It never arrives. */
  private lose(key: string, change: ConditionalChange): ChangeAnswer {
    const register = this.register(key)
    if (this.bug === 'a change in doubt is shown and then forgotten') {
      const { text, etag } = register
      this.apply(register, change)
      this.kernel.at(BACK_AFTER_MS, this.kernel.world, 'forget', () => {
        Object.assign(register, { text, etag })
      })
    }
    return { kind: 'unknown' }
  }

  private apply(register: Register, change: ConditionalChange): ChangeAnswer {
    const { requestId } = change
    const isRepeated = requestId !== undefined && register.etags.has(requestId)
    if (isRepeated && this.bug !== 'a retry is a change of its own') {
      return { kind: 'done', etag: register.etags.get(requestId) ?? null }
    }
    const isRefused = !this.isWelcome(register, change)
    if (isRefused || this.strikes('a change is refused for no reason')) {
      return { kind: 'mismatch', etag: register.etag }
    }
    const etag = change.text === null ? null : this.newEtag()
    if (requestId !== undefined) register.etags.set(requestId, etag)
    if (!this.strikes('what is acknowledged is not written')) this.write(register, change, etag)
    return { kind: 'done', etag }
  }

  private isWelcome({ text, etag }: Register, { ifMatch, ifNoneMatch }: ConditionalChange) {
    const isBlind = this.bug === 'what an etag demands is not looked at'
    if (ifMatch !== undefined && etag !== ifMatch && !(isBlind && etag !== null)) return false
    const isCareless = this.bug === 'a creation does not look whether something is there'
    return ifNoneMatch === undefined || text === null || isCareless
  }

  private write(register: Register, { text }: ConditionalChange, etag: string | null): void {
    const before = { text: register.text, etag: register.etag }
    Object.assign(register, { text, etag, before })
    if (text !== null || this.bug !== 'a deletion comes back') return
    this.kernel.at(BACK_AFTER_MS, this.kernel.world, 'come back', () => {
      if (register.text === null) Object.assign(register, before)
    })
  }

  private newEtag(): string {
    this.puts += 1
    const isReused = this.bug === 'an etag is given twice'
    return `"${isReused ? this.puts % ETAGS_REUSED_AFTER : this.puts}"`
  }

  private register(key: string): Register {
    const nothing = { text: null, etag: null }
    const register = this.registers.get(key) ?? { ...nothing, before: nothing, etags: new Map() }
    this.registers.set(key, register)
    return register
  }

  private strikes(bug: StoreBug): boolean {
    return this.bug === bug && this.random.chance(BUG_CHANCE)
  }

  private delay(): Promise<void> {
    return this.kernel.sleep(this.random.below(DELAY_MS_MAX))
  }
}
