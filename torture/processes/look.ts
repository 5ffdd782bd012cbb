/**
 * Reads copies of the disks of shards and prints what was asked for as one line of JSON.
 */
import type { LookOrder } from '../look.ts'
import { weigh } from '../movement.ts'
import { compareReplicas } from '../replicas.ts'
import { readCopies } from '../snapshot.ts'

/** Of what differs only so much is told; it is counted in full. */
const EXAMPLES_MAX = 20

const { task, copies, nowMs, prefix } = JSON.parse(process.argv[2] ?? '{}') as LookOrder
const shards = readCopies(copies)
const found =
  task === 'weigh' ? weigh(shards) : compareReplicas(shards, nowMs, prefix, EXAMPLES_MAX)
process.stdout.write(`${JSON.stringify(found)}\n`)
