import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cpuSecondsOf, cpuSecondsOfStat, memoryBytesOf, memoryBytesOfStatus } from './proc.ts'

const STAT =
  '4711 (redis-server *:6 ) x) S 1 4711 4711 0 -1 4194560 2021 0 3 0 250 175 9 9 20 0 5 0 1 2 3'
const STATUS = 'Name:\tnode\nVmHWM:\t  90000 kB\nVmRSS:\t   81234 kB\nRssAnon:\t 1 kB\n'

test('processor time is user time and system time, whatever the process is called', () => {
  assert.equal(cpuSecondsOfStat(STAT), 4.25)
})

test('memory is what is in use now and not the most that ever was', () => {
  assert.equal(memoryBytesOfStatus(STATUS), 81_234 * 1024)
})

test('a process that is gone has no figures', () => {
  assert.equal(cpuSecondsOfStat(''), Number.NaN)
  assert.equal(memoryBytesOfStatus(''), Number.NaN)
  assert.equal(cpuSecondsOf(-1), Number.NaN)
  assert.equal(memoryBytesOf(-1), Number.NaN)
})

test('work shows in the figures of the running process', {
  skip: process.platform !== 'linux',
}, () => {
  const before = cpuSecondsOf(process.pid)
  const used = process.cpuUsage()
  while (process.cpuUsage(used).user < 100_000) Math.sqrt(used.user)
  assert.ok(cpuSecondsOf(process.pid) > before)
  assert.ok(memoryBytesOf(process.pid) > 1024 * 1024)
})
