import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registerScene } from '../../../../test/support/register-replicas.ts'
import { must } from '../../../model/must.ts'
import { BLANK_REGISTER } from './register.ts'
import {
  REGISTERS_REMEMBERED_MAX,
  REMEMBERED_BYTES_MAX,
  RegisterMemory,
  type RememberedRegister,
} from './register-memory.ts'

const place = must(registerScene().store.view).locate('cas:lamp')
const { cluster, epoch } = place
const remembered = (bytes = 100): RememberedRegister => {
  return { register: BLANK_REGISTER, next: { o: epoch, t: 1, n: 'w.001' }, cluster, bytes }
}

function memoryOf(count: number, bytes?: number): RegisterMemory {
  const memory = new RegisterMemory()
  for (let n = 0; n < count; n += 1) memory.keep(`cas:${n}`, remembered(bytes))
  return memory
}

const isKnown = (memory: RegisterMemory, n: number) => memory.take(`cas:${n}`, place) !== undefined

test('what is remembered is given to one proposal and to no second one', () => {
  const memory = memoryOf(1)
  assert.deepEqual([isKnown(memory, 0), isKnown(memory, 0)], [true, false])
})

test('what was written in another epoch, or in another cluster, is not remembered', () => {
  for (const elsewhere of [{ epoch: epoch + 1 }, { epoch: epoch - 1 }, { cluster: 'another' }]) {
    const memory = memoryOf(1)
    assert.equal(memory.take('cas:0', { ...place, ...elsewhere }), undefined)
    assert.equal(isKnown(memory, 0), false, 'nor later')
  }
})

test(`${REGISTERS_REMEMBERED_MAX} registers are remembered, those that were used last`, () => {
  const memory = memoryOf(REGISTERS_REMEMBERED_MAX)
  memory.keep('cas:0', must(memory.take('cas:0', place)))
  memory.keep('cas:one more', remembered())
  assert.deepEqual(
    [isKnown(memory, 0), isKnown(memory, 1), isKnown(memory, 2)],
    [true, false, true],
  )
})

test('together they have so many bytes, and those that were taken count no more', () => {
  const memory = memoryOf(4, REMEMBERED_BYTES_MAX / 4)
  assert.equal(isKnown(memory, 3), true)
  memory.keep('cas:4', remembered(REMEMBERED_BYTES_MAX / 8))
  memory.keep('cas:5', remembered(REMEMBERED_BYTES_MAX / 8))
  assert.equal(isKnown(memory, 1), true)
  memory.keep('cas:6', remembered(REMEMBERED_BYTES_MAX / 4))
  memory.keep('cas:7', remembered(1))
  const known = [0, 2, 4, 5, 6, 7].map((n) => isKnown(memory, n))
  assert.deepEqual(known, [false, true, true, true, true, true])
})

test('one that is larger than a quarter of that is not remembered and costs none its place', () => {
  const memory = memoryOf(4, REMEMBERED_BYTES_MAX / 4)
  memory.keep('cas:large', remembered(REMEMBERED_BYTES_MAX / 4 + 1))
  assert.equal(memory.take('cas:large', place), undefined)
  assert.deepEqual(
    [0, 1, 2, 3].map((n) => isKnown(memory, n)),
    [true, true, true, true],
  )
})
