/**
 * Takes a port, or says in a sentence which one was taken and which setting chooses another.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CommandError } from './output.ts'

export interface Listening {
  /** For example `http://127.0.0.1:8000`. */
  readonly url: string
  close(): Promise<void>
}

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** Throws CommandError when the port cannot be had; `flag` names the setting that chose it. */
export async function listen(
  server: Server,
  address: ListenAddress,
  flag: string,
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, address, flag)))
    server.listen(address.port, address.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: urlOf({ host: address.host, port }), close: () => closeServer(server) }
}

/** An address that a person can open: `0.0.0.0` and `::` are reached over loopback. */
export function urlOf({ host, port }: ListenAddress): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}

/** What went wrong with a port, in words; other errors come back as they are. */
export function listenError(error: unknown, { host, port }: ListenAddress, flag: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EADDRINUSE') {
    return new CommandError(
      `Port ${port} is taken: another process listens on ${host}:${port}. Stop it, or choose ` +
        `another port with ${flag}.`,
    )
  }
  if (code === 'EACCES') {
    return new CommandError(
      `Port ${port} needs rights that this user lacks. Choose another (${flag}).`,
    )
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CommandError(`This machine has no address ${host}. Choose another with --host.`)
  }
  return error
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
