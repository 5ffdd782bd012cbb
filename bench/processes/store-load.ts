/**
 * Many clients of a store in a process of its own. It takes orders from the process that started
 * it, one after another, and ends with it. Connections, and what conditional writes saw last, stay
 * from one order to the next.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { etcdDriver } from '../support/etcd-driver.ts'
import { httpDriver } from '../support/http-driver.ts'
import { redisDriver } from '../support/redis-driver.ts'
import type { Driver } from '../support/store-driver.ts'
import type { GeneratorShare, StoreLoad, StoreOrder } from '../support/store-order.ts'
import { nextTurn, progressOf } from '../support/store-turns.ts'

/** A client whose request went wrong waits so long, as one that means well would. */
const AFTER_ERROR_MS = 10

async function driverOf({ system, urls }: GeneratorShare): Promise<Driver> {
  if (system === 'etcd') return await etcdDriver(urls)
  return system === 'redis' ? redisDriver(urls) : httpDriver(urls)
}

async function follow(driver: Driver, share: GeneratorShare, order: StoreOrder) {
  const clients = Math.max(1, Math.round(order.clients / share.of))
  const shot = await driver.prepare(order.operation, clients)
  const progress = progressOf(order, share)
  const tally = { done: 0, errors: 0, reasons: {} as Record<string, number> }
  const tookMs: number[] = []
  let longestMs = 0
  const startMs = performance.now()
  const client = async (number: number) => {
    for (;;) {
      const beganMs = performance.now()
      const turn = nextTurn(progress, number, beganMs - startMs)
      if (!turn) return
      const { done, wrong } = await shot(turn)
      const ownMs = performance.now() - beganMs
      longestMs = Math.max(longestMs, ownMs)
      tally.done += done
      if (wrong === undefined) tookMs.push(ownMs)
      else {
        tally.errors += turn.keys.length - done
        tally.reasons[wrong] = (tally.reasons[wrong] ?? 0) + 1
        await sleep(AFTER_ERROR_MS)
      }
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
  const seconds = (performance.now() - startMs) / 1000
  return { ...tally, tookMs, longestMs, seconds, progress }
}

async function loadOf(driver: Driver, share: GeneratorShare, order: StoreOrder) {
  const [busy, cpu] = [performance.eventLoopUtilization(), process.cpuUsage()]
  const { progress, tookMs, ...tally } = await follow(driver, share, order)
  const used = process.cpuUsage(cpu)
  const load: StoreLoad = {
    ...tally,
    tookMs: Float64Array.from(tookMs),
    nextValue: progress.nextValue,
    cpuSeconds: (used.user + used.system) / 1e6,
    busy: performance.eventLoopUtilization(busy).utilization,
  }
  return load
}

const share: GeneratorShare = JSON.parse(process.argv[2] ?? '{}')
const driver = await driverOf(share)
process.on('message', (order: StoreOrder) => {
  void loadOf(driver, share, order).then((load) => process.send?.(load))
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
