/**
 * Hints in the file of a replica: which rows here another shard misses. How many there are for each
 * shard is asked at every ping, so the numbers are kept beside the table and move with it.
 */
import type { Hint } from '../ports/key-value-engine.ts'
import type { Statements } from './sqlite-engine-tables.ts'

type HintStatements = Pick<
  Statements,
  'hintCounts' | 'hints' | 'noteHint' | 'dropHint' | 'dropHintsOf'
>

export class HintTable {
  private readonly statements: HintStatements
  private counted: ReadonlyMap<string, number>

  constructor(statements: HintStatements) {
    this.statements = statements
    this.counted = new Map(statements.hintCounts.all() as unknown as [string, number][])
  }

  get counts(): ReadonlyMap<string, number> {
    return this.counted
  }

  list(target: string, limit: number): readonly Hint[] {
    const found = this.statements.hints.all(target, limit) as unknown as [number, string][]
    return found.map(([partition, key]) => ({ target, partition, key }))
  }

  /** This and what follows: within a transaction. */
  note({ target, partition, key }: Hint): void {
    this.count(target, this.statements.noteHint.run(target, partition, key).changes)
  }

  drop({ target, partition, key }: Hint): void {
    this.count(target, -Number(this.statements.dropHint.run(target, partition, key).changes))
  }

  dropAllOf(partition: number): void {
    for (const target of this.counted.keys()) {
      this.count(target, -Number(this.statements.dropHintsOf.run(target, partition).changes))
    }
  }

  /** Returns what takes back all changes since, when the transaction is rolled back. */
  mark(): () => void {
    const { counted } = this
    return () => {
      this.counted = counted
    }
  }

  private count(target: string, change: number | bigint): void {
    if (Number(change) === 0) return
    const count = (this.counted.get(target) ?? 0) + Number(change)
    const others = [...this.counted].filter(([other]) => other !== target)
    this.counted = new Map(count > 0 ? [...others, [target, count]] : others)
  }
}
