/**
 * Operations on their way to a shard, as the message that carries them. Rows of one batch go to
 * several shards, so their text is made once and stands in each of the messages.
 */
import type { Message } from '../../ports/network.ts'
import type { ShardOperation, ShardRequest } from '../wire.ts'

/** Operations, one at least, that stand in several messages. */
export class SharedOperations {
  readonly list: readonly ShardOperation[]
  #text: string | undefined

  constructor(list: readonly ShardOperation[]) {
    this.list = list
  }

  /** As they stand in a list of JSON. */
  get text(): string {
    this.#text ??= JSON.stringify(this.list).slice(1, -1)
    return this.#text
  }
}

type OperationsRequest = Extract<ShardRequest, { kind: 'ops' }>

export class OperationsMessage implements Message, OperationsRequest {
  readonly kind = 'ops'
  readonly cluster: string
  readonly budgetMs: number
  readonly terse = true
  readonly ops: readonly ShardOperation[]
  readonly #parts: readonly (ShardOperation | SharedOperations)[]

  constructor(
    { cluster, budgetMs }: Pick<OperationsRequest, 'cluster' | 'budgetMs'>,
    parts: readonly (ShardOperation | SharedOperations)[],
  ) {
    this.cluster = cluster
    this.budgetMs = budgetMs
    this.ops = parts.flatMap((part) => (isShared(part) ? part.list : part))
    this.#parts = parts
  }

  toText(): string {
    if (!this.#parts.some(isShared)) return JSON.stringify(this)
    const { ops: _, ...rest } = this
    const texts = this.#parts.map((part) => (isShared(part) ? part.text : JSON.stringify(part)))
    return `${JSON.stringify(rest).slice(0, -1)},"ops":[${texts.join(',')}]}`
  }
}

function isShared(part: ShardOperation | SharedOperations): part is SharedOperations {
  return part instanceof SharedOperations
}
