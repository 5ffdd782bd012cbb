/**
 * Loaded before a process of a run (`node --import`): every connection that it opens comes from the
 * loopback address that SOURCE_ADDRESS names. That is how the proxies tell the callers apart. It
 * needs a system on which the whole of 127.0.0.0/8 is this machine, as on Linux.
 */
import net, { type NetConnectOpts, type Socket } from 'node:net'

const localAddress = process.env.SOURCE_ADDRESS
const connect = net.connect

/** Callers of ours give an object of options; whoever gives anything else is let through as is. */
function connectFromHere(...args: readonly unknown[]): Socket {
  const [options, ...more] = args
  const isTcp = typeof options === 'object' && options !== null && 'port' in options
  const first = isTcp ? { ...options, localAddress } : options
  return Reflect.apply(connect, net, [first as NetConnectOpts, ...more])
}

if (localAddress !== undefined) {
  Object.assign(net, { connect: connectFromHere, createConnection: connectFromHere })
}
