/**
 * The network of sockets as a coordinator in tests has it: with the cluster secret of tests, closed
 * when the test ends.
 */
import type { TestContext } from 'node:test'
import { bodySignature } from '../../src/adapters/body-signature.ts'
import { FrameNetwork } from '../../src/adapters/frame-network.ts'
import { createHttpNetwork } from '../../src/adapters/http-network.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Network } from '../../src/ports/network.ts'
import type { Trace } from '../../src/ports/trace.ts'
import { CLUSTER_SECRET } from './signed-body.ts'
import { silentTrace } from './traces.ts'

export interface HttpNetworkOptions {
  readonly clock?: Clock
  readonly trace?: Trace
  readonly secret?: string
}

export function httpNetwork(
  t: Pick<TestContext, 'after'>,
  { clock = systemClock, trace = silentTrace, secret = CLUSTER_SECRET }: HttpNetworkOptions = {},
): Network {
  const network = createHttpNetwork({ clock, trace, signature: bodySignature(secret) })
  t.after(() => network.close())
  return network
}

/** The network as a coordinator has it, which speaks in frames where it may. */
export function frameNetwork(
  t: Pick<TestContext, 'after'>,
  options: HttpNetworkOptions = {},
): FrameNetwork {
  const { clock = systemClock, secret = CLUSTER_SECRET } = options
  const http = httpNetwork(t, options)
  const network = new FrameNetwork({ clock, signature: bodySignature(secret), http })
  t.after(() => network.close())
  return network
}
