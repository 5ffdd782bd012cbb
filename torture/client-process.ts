/**
 * The collecting process's end of a client process: a request goes there and its answer comes back.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { ClientAnswer, ClientRequest } from './client-messages.ts'
import { type Callers, sourceAddressEnv } from './member.ts'

const PROGRAM = new URL('./processes/client.ts', import.meta.url)

export type Order = Omit<ClientRequest, 'id'>

export class ClientProcess {
  readonly name: string
  private readonly child: ChildProcess
  private readonly waiting = new Map<number, (answer: ClientAnswer) => void>()
  private ids = 0

  constructor(name: string, callers: Callers) {
    this.name = name
    this.child = fork(PROGRAM, {
      env: { PATH: process.env.PATH ?? '', ...sourceAddressEnv(callers.addressFor(name)) },
    })
    this.child.on('message', (message) => {
      const answer = message as ClientAnswer
      this.waiting.get(answer.id)?.(answer)
      this.waiting.delete(answer.id)
    })
  }

  ask(order: Order): Promise<ClientAnswer> {
    const { promise, resolve } = Promise.withResolvers<ClientAnswer>()
    this.ids += 1
    this.waiting.set(this.ids, resolve)
    const request: ClientRequest = { ...order, id: this.ids }
    this.child.send(request)
    return promise
  }

  /** Resolves when it is gone. */
  async end(): Promise<void> {
    const ended = once(this.child, 'exit')
    this.child.disconnect()
    await ended
  }
}
