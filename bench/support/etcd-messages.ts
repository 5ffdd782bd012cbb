/**
 * The few messages of etcd's gRPC service that a measurement needs, as protobuf bytes, written by
 * hand: a library that reads the service's description at run time would cost the generator more
 * than the call itself, and would be measured with it.
 */

/** Fields of `etcdserverpb`: PutRequest, RangeRequest, RangeResponse, StatusResponse. */
const KEY_FIELD = 1
const VALUE_FIELD = 2
const HEADER_FIELD = 1
const KEY_VALUES_FIELD = 2
const LEADER_FIELD = 4
const MEMBER_FIELD = 2

const WIRE_VARINT = 0
const WIRE_FIXED64 = 1
const WIRE_BYTES = 2
const WIRE_FIXED32 = 5

export const PUT_PATH = '/etcdserverpb.KV/Put'
export const RANGE_PATH = '/etcdserverpb.KV/Range'
export const STATUS_PATH = '/etcdserverpb.Maintenance/Status'

export function putRequest(key: string, value: string): Buffer {
  return Buffer.concat([...bytesField(KEY_FIELD, key), ...bytesField(VALUE_FIELD, value)])
}

/** Of one key; linearizable, as etcd reads unless it is told otherwise. */
export function rangeRequest(key: string): Buffer {
  return Buffer.concat(bytesField(KEY_FIELD, key))
}

/** Has the answer to a range at least one key? */
export function holdsKey(rangeResponse: Buffer): boolean {
  return fieldsOf(rangeResponse).some(({ field }) => field === KEY_VALUES_FIELD)
}

/** Does the member that gave this status lead? */
export function isLeader(statusResponse: Buffer): boolean {
  const fields = fieldsOf(statusResponse)
  const header = fields.find(({ field }) => field === HEADER_FIELD)?.value
  const leader = fields.find(({ field }) => field === LEADER_FIELD)?.value
  if (!(header instanceof Buffer)) return false
  const member = fieldsOf(header).find(({ field }) => field === MEMBER_FIELD)?.value
  return leader !== undefined && leader !== 0n && leader === member
}

function bytesField(field: number, text: string): readonly Buffer[] {
  const bytes = Buffer.from(text)
  return [Buffer.from([(field << 3) | WIRE_BYTES, ...varint(bytes.length)]), bytes]
}

function varint(value: number): readonly number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return [...bytes, rest]
}

interface Field {
  readonly field: number
  readonly value: bigint | Buffer
}

/** Throws RangeError where the bytes end in the middle of a field. */
function fieldsOf(message: Buffer): readonly Field[] {
  const fields: Field[] = []
  let at = 0
  const number = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const bytes = (length: number) => {
    at += length
    if (at > message.length) throw new RangeError('a field is longer than its message')
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = Number(number())
    fields.push({ field: tag >>> 3, value: fieldValue(tag & 7, number, bytes) })
  }
  return fields
}

function fieldValue(
  wire: number,
  number: () => bigint,
  bytes: (length: number) => Buffer,
): bigint | Buffer {
  if (wire === WIRE_VARINT) return number()
  if (wire === WIRE_FIXED64) return bytes(8)
  if (wire === WIRE_FIXED32) return bytes(4)
  if (wire === WIRE_BYTES) return bytes(Number(number()))
  throw new RangeError(`no wire type ${wire}`)
}
