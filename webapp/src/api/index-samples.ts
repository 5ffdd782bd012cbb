/**
 * The last samples of a floor as its index lists them: all the history there is where a coordinator
 * tells none. Each sample is read once, since a stored reading does not change; after that only the
 * index is asked for, and what is new in it. However many charts want the same floor at the same
 * time, it is read for all of them together.
 */
import { isReading, readKey, readKeys, timestampsOf } from './store-keys.ts'
import type { Reading } from './types.ts'

/** The contract's default size of an index. */
export const INDEX_SAMPLES_MAX = 500

type Known = ReadonlyMap<string, Reading>

export class IndexSamples {
  private readonly known = new Map<number, Known>()
  private readonly asking = new Map<number, Promise<readonly Reading[]>>()

  /** Oldest first. Rejects with AskError. */
  read(floor: number): Promise<readonly Reading[]> {
    const asking = this.asking.get(floor)
    if (asking) return asking
    const asked = this.ask(floor).finally(() => this.asking.delete(floor))
    this.asking.set(floor, asked)
    return asked
  }

  private async ask(floor: number): Promise<readonly Reading[]> {
    const former: Known = this.known.get(floor) ?? new Map()
    const index = timestampsOf(await readKey(`energy:p${floor}:index`)).slice(-INDEX_SAMPLES_MAX)
    const fresh = index.filter((timestamp) => !former.has(timestamp))
    const values = await readKeys(fresh.map((timestamp) => `energy:p${floor}:${timestamp}`))
    const found = new Map(fresh.map((timestamp, at) => [timestamp, values[at]]))
    const all = index.flatMap((timestamp): (readonly [string, Reading])[] => {
      const value = former.get(timestamp) ?? found.get(timestamp)
      return isReading(value) ? [[timestamp, value]] : []
    })
    this.known.set(floor, new Map(all))
    return all.map(([, reading]) => reading)
  }
}
