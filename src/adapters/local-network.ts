/**
 * The network within one process: shards are objects, and what travels is copied on the way, so
 * that both sides may keep what they hold. Texts are shared, since nobody can change them; copying
 * them through JSON would cost more than all the rest.
 */
import type { Clock } from '../ports/clock.ts'
import type { Address, Answer, Endpoint, Message, Network } from '../ports/network.ts'
import { lateReason, withinTime } from './within-time.ts'

export interface LocalNetwork extends Network {
  /** Puts an endpoint at an address; returns what takes it away again. */
  register(address: Address, endpoint: Endpoint): () => void
}

export function createLocalNetwork(clock: Clock): LocalNetwork {
  const endpoints = new Map<Address, Endpoint>()
  let isClosed = false
  return {
    register(address, endpoint) {
      endpoints.set(address, endpoint)
      return () => {
        if (endpoints.get(address) === endpoint) endpoints.delete(address)
      }
    },
    async ask(to, request, timeoutMs) {
      const endpoint = isClosed ? undefined : endpoints.get(to)
      if (!endpoint) return { kind: 'refused', reason: `nobody listens at ${to}` }
      const answer = await withinTime(clock, timeoutMs, deliver(endpoint, request))
      return answer ?? { kind: 'silence', reason: lateReason(timeoutMs) }
    },
    async close() {
      isClosed = true
    },
  }
}

async function deliver(endpoint: Endpoint, request: Message): Promise<Answer> {
  try {
    return { kind: 'answer', body: copyOf(await endpoint(copyOf(request))) }
  } catch (error) {
    return { kind: 'silence', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** A JSON document with containers of its own; what is undefined does not travel. */
function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyOf)
  const copy: Record<string, unknown> = {}
  for (const name in value) {
    const field = (value as Record<string, unknown>)[name]
    if (field !== undefined) copy[name] = copyOf(field)
  }
  return copy
}
