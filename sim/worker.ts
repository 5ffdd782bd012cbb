/**
 * One thread of several that run seeds at the same time. A seed runs whole in one thread, alone
 * there, so it goes the same way as anywhere else.
 */
import { parentPort } from 'node:worker_threads'
import { must } from '../src/model/must.ts'
import { mutantNamed } from './mutants.ts'
import type { RunTask } from './pool.ts'
import { simulate } from './simulate.ts'

const port = must(parentPort, 'a worker has somebody to answer to')

port.on('message', ({ mutant, ...options }: RunTask) => {
  const mutation = mutant === undefined ? {} : { mutation: mutantNamed(mutant) }
  void simulate({ ...options, ...mutation }).then((report) => port.postMessage(report))
})
