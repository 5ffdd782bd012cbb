/**
 * Registers as this coordinator left them, each with the ballot under which it may be written next
 * without asking for promises. Forgotten first is what was not used for longest; what is forgotten
 * costs a change one round more and nothing else.
 *
 * A register is taken out by whoever goes on from it, and put back only once it is known what
 * stands there: no ballot is used twice, and nothing is built on what may not have been accepted.
 */
import type { WireVersion } from '../../wire.ts'
import type { PartitionView } from '../ring-view.ts'
import type { Register } from './register.ts'

export const REGISTERS_REMEMBERED_MAX = 65_536
/** All of them together, as they are written on the disks; one alone may have a quarter of it. */
export const REMEMBERED_BYTES_MAX = 32 * 1024 * 1024

export interface RememberedRegister {
  readonly register: Register
  /**
   * Never sent to be accepted. It follows directly the ballot under which a quorum has accepted
   * `register`, or it was promised by a quorum that held `register`.
   */
  readonly next: WireVersion
  /** Epochs of another cluster's ring mean nothing in this one. */
  readonly cluster: string
  readonly bytes: number
}

export class RegisterMemory {
  /** Least recently kept first. */
  private readonly registers = new Map<string, RememberedRegister>()
  private bytes = 0

  /** Takes it out; undefined where there is none that was written in the partition's epoch. */
  take(key: string, { cluster, epoch }: PartitionView): RememberedRegister | undefined {
    const found = this.registers.get(key)
    if (!found) return undefined
    this.registers.delete(key)
    this.bytes -= found.bytes
    return found.cluster === cluster && found.next.o === epoch ? found : undefined
  }

  /** Of a key that was taken out, or was not there. */
  keep(key: string, register: RememberedRegister): void {
    if (register.bytes > REMEMBERED_BYTES_MAX / 4) return
    this.registers.set(key, register)
    this.bytes += register.bytes
    for (const [oldest, { bytes }] of this.registers) {
      const { size } = this.registers
      if (size <= REGISTERS_REMEMBERED_MAX && this.bytes <= REMEMBERED_BYTES_MAX) return
      this.registers.delete(oldest)
      this.bytes -= bytes
    }
  }
}
