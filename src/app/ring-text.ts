/**
 * The ring for people in a terminal: a line for each fact and shard, and in one sentence how far a
 * change is and why it does not go on. What a coordinator of another version does not say is left
 * out rather than guessed.
 */
type Fields = Readonly<Record<string, unknown>>

const ELSEWHERE_SENTENCE = 'Another coordinator carries it out, and knows more.'

/** Of the answer of `/sharding/info`. */
export function ringText(info: Fields): string {
  const facts = Object.entries(info).filter(([, value]) => typeof value !== 'object')
  const lines = facts.map(([name, value]) => `${name}: ${String(value)}`)
  const shards = listOf(info.shards).map((shard) => `  ${shardText(Object(shard))}`)
  const problems = listOf(info.problems).map((problem) => `  ${String(problem)}`)
  return [
    ...lines,
    ...(info.rebalance ? rebalanceLines(Object(info.rebalance)) : []),
    'nodes:',
    ...shards,
    ...(problems.length > 0 ? ['problems:'] : []),
    ...problems,
  ].join('\n')
}

/** One line: where it is, how it is, and what is wrong with it. */
function shardText(shard: Fields): string {
  const { node, health, keys, writable, problem, partitions, hints, leaving } = shard
  const outgoing = Number(shard.partitions_outgoing ?? 0)
  const zone = typeof shard.zone === 'string' ? `zone ${shard.zone}` : undefined
  const words = [
    health,
    zone,
    keys === null ? undefined : `${keys} keys`,
    `${partitions} partitions`,
  ]
  const troubles = [
    outgoing === 0 ? undefined : `among its keys those of ${outgoing} that have moved away`,
    leaving === true ? 'leaving' : undefined,
    hints === 0 ? undefined : `${hints} rows wait for it`,
    writable === false ? 'read-only: its disk is full' : undefined,
    problem,
  ]
  const said = [...words, ...troubles].filter((word) => typeof word === 'string')
  return `${String(node)}  ${said.join(', ')}`
}

function rebalanceLines(rebalance: Fields): readonly string[] {
  const { kind, state, partitions_left: left, partitions_total: all } = rebalance
  const { rows_moved: rows, bytes_moved: bytes, waiting_for: reason } = rebalance
  const carried = typeof rows === 'number' ? `, ${rows} rows (${String(bytes)} bytes) moved` : ''
  const progress = `under way: ${kind}, ${left} of ${all} partitions still move${carried}`
  if (typeof reason === 'string') return [progress, `waiting: ${reason}`]
  return state === 'elsewhere' ? [progress, ELSEWHERE_SENTENCE] : [progress]
}

/**
 * What a change that is asked for waits for: the one before it, and why that one does not go on.
 * Undefined = for none.
 */
export function waitText(info: Fields): string | undefined {
  if (!info.rebalance) return undefined
  const [progress, ...reasons] = rebalanceLines(Object(info.rebalance))
  return [`Another change is ${progress}.`, ...reasons].join('\n  ')
}

/** What would move; a shard that is there already is a message. */
export function previewText(answer: Fields): string {
  if (answer.partitions_to_move === undefined) return String(answer.message)
  const shards = listOf(answer.per_shard).map((shard) => {
    const { node, before, after } = Object(shard)
    return `  ${String(node)}  ${String(before)} -> ${String(after)} partitions`
  })
  const { partitions_to_move: moving, of, keys_estimate: keys } = answer
  const summary = `${String(moving)} of ${String(of)} partitions would move`
  return [`${summary}, about ${String(keys)} keys`, ...shards].join('\n')
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
