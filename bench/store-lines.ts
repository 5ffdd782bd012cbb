/**
 * What the bench of the store measures and what is asked of it: the lines of its table as data, the
 * goals as ratios between two lines of the same run, and how both are shown.
 */
import { goal, ms, whole } from './support/report.ts'
import { medianSlice, type Slice } from './support/slices.ts'
import { BATCH_KEYS, type Operation, type System } from './support/store-order.ts'

export interface Line {
  readonly id: string
  readonly label: string
  readonly system: System
  readonly operation: Operation
  readonly clients: number
}

/** Few leave the store idle at times, with batches as with single keys. */
const FEW_BATCHES = 8
const MANY_BATCHES = 32

function line(id: string, label: string, operation: Operation, clients: number): Line {
  const system = id.startsWith('etcd') ? 'etcd' : id.startsWith('redis') ? 'redis' : 'energyguard'
  return { id, label, system, operation, clients }
}

function batchLine(id: string, clients: number): Line {
  return line(id, `POST /batch of ${BATCH_KEYS}, ${clients} clients, keys`, 'batch', clients)
}

export const STEADY_LINES: readonly Line[] = [
  line('put-64', 'PUT quorum, 64 clients', 'put', 64),
  line('etcd-put-64', 'put etcd, 64 streams', 'put', 64),
  line('redis-set-64', 'SET Redis, 64 clients', 'put', 64),
  line('put-256', 'PUT quorum, 256 clients', 'put', 256),
  line('etcd-put-512', 'put etcd, 512 streams', 'put', 512),
  line('redis-set-256', 'SET Redis, 256 clients', 'put', 256),
  line('get-64', 'GET quorum, 64 clients', 'get', 64),
  line('etcd-get-64', 'range etcd, linearizable, 64 streams', 'get', 64),
  line('redis-get-64', 'GET Redis, 64 clients', 'get', 64),
  batchLine('batch-few', FEW_BATCHES),
  batchLine('batch-many', MANY_BATCHES),
]

export const CONDITIONAL_LINE = line('update-64', 'PUT If-Match, 64 clients', 'update', 64)

/** The faults are measured with these two, each beside itself on a store that is well. */
export const FAULT_LINES: readonly Line[] = [
  line('put-64', 'PUT', 'put', 64),
  line('get-64', 'GET', 'get', 64),
]

/** Two lines of one run; some have a goal, the others are there to be seen. */
interface Comparison {
  readonly of: string
  readonly beside: string
  readonly name: string
  readonly atLeast?: number
}

const COMPARISONS: readonly Comparison[] = [
  { of: 'put-64', beside: 'etcd-put-64', name: 'etcd', atLeast: 1 },
  { of: 'put-64', beside: 'redis-set-64', name: 'Redis' },
  { of: 'put-256', beside: 'etcd-put-512', name: 'etcd', atLeast: 0.9 },
  { of: 'put-256', beside: 'redis-set-256', name: 'Redis' },
  { of: 'get-64', beside: 'etcd-get-64', name: 'etcd', atLeast: 2.5 },
  { of: 'get-64', beside: 'redis-get-64', name: 'Redis' },
  { of: 'batch-few', beside: 'put-64', name: 'single PUT' },
  { of: 'batch-many', beside: 'put-64', name: 'single PUT', atLeast: 2.5 },
  { of: 'update-64', beside: 'put-64', name: 'PUT', atLeast: 0.5 },
]

/** Under a fault: so much of the steady rate, at so much of its slow end, and no error. */
const FAULT_RATE_MIN = 0.7
const FAULT_P99_MAX = 2

export type Figures = ReadonlyMap<string, Slice>

export const HEAD: readonly string[] = [
  ...['', 'per second', 'p50 ms', 'p99 ms', 'servers us', 'generator us', 'its loop', 'errors'],
  'beside',
]

export function rowOf({ id, label }: Pick<Line, 'id' | 'label'>, figures: Figures) {
  const slice = figures.get(id)
  return slice
    ? [label, ...cellsOf(slice), besideText(id, figures)]
    : [label, ...HEAD.slice(1).fill('')]
}

export function cellsOf(slice: Slice): readonly string[] {
  return [
    whole(slice.perSecond),
    ms(slice.p50Ms),
    ms(slice.p99Ms),
    whole(slice.serverMicros),
    whole(slice.generatorMicros),
    `${Math.round(slice.generatorBusy * 100)} %`,
    String(slice.errors),
  ]
}

/** `1.12 x etcd, goal >= 1: met; 0.20 x Redis`. */
export function besideText(id: string, figures: Figures): string {
  const texts = COMPARISONS.filter(({ of }) => of === id).flatMap(
    ({ of, beside, name, atLeast }) => {
      const [own, other] = [figures.get(of), figures.get(beside)]
      return own && other ? [ratioText(own.perSecond / other.perSecond, name, atLeast)] : []
    },
  )
  return texts.join('; ')
}

/** What was measured of a line under a fault. */
export interface UnderFault {
  /** Of these are the rate and the slow end. */
  readonly counted: readonly Slice[]
  /** The fault ended within them, so of these only what went wrong and who waited longest. */
  readonly partly: readonly Slice[]
}

/** All slices under the fault as one. */
export function underFault({ counted, partly }: UnderFault): Slice {
  const { errors, reasons, longestMs } = medianSlice([...counted, ...partly])
  return { ...medianSlice(counted), errors, reasons, longestMs }
}

/**
 * Rate and slow end are medians of requests that went well, so a stall of one slice and requests
 * that failed leave them as they are. Therefore the worst slice and the longest answer stand
 * beside them, and of the errors there may be none.
 */
export function faultText(slices: UnderFault, steady: Slice): string {
  const under = underFault(slices)
  const rate = under.perSecond / steady.perSecond
  const tail = under.p99Ms / steady.p99Ms
  const worst = Math.min(...slices.counted.map(({ perSecond }) => perSecond)) / steady.perSecond
  return [
    `${rate.toFixed(2)} x steady, ${goal(`>= ${FAULT_RATE_MIN}`, rate >= FAULT_RATE_MIN)}`,
    `p99 ${tail.toFixed(2)} x, ${goal(`<= ${FAULT_P99_MAX}`, tail <= FAULT_P99_MAX)}`,
    `${whole(under.errors)} errors, ${goal('0', under.errors === 0)}`,
    `worst slice ${worst.toFixed(2)} x`,
    `longest answer ${whole(under.longestMs)} ms, before ${whole(steady.longestMs)} ms`,
  ].join('; ')
}

/** What went wrong on a line, and how often; nothing when nothing did. */
export function errorNote(label: string, slices: readonly Slice[]): readonly string[] {
  const { errors, reasons } = medianSlice(slices)
  return errors === 0 ? [] : [`${label}: ${errors} errors, ${JSON.stringify(reasons)}`]
}

function ratioText(ratio: number, name: string, atLeast: number | undefined): string {
  const text = `${ratio.toFixed(2)} x ${name}`
  return atLeast === undefined ? text : `${text}, ${goal(`>= ${atLeast}`, ratio >= atLeast)}`
}
