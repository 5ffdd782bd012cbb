/**
 * What one coordinator's reads and writes share, over replicas of each key (three, unless a test
 * wants more) whose bodies are answered by hand, in any order, on a clock that is moved by hand.
 */
import { must } from '../../src/model/must.ts'
import type { Answer, Message } from '../../src/ports/network.ts'
import { HOP_DEFAULTS, type HopOptions, ShardLink } from '../../src/store/coordinator/hop.ts'
import { LateWatch } from '../../src/store/coordinator/late-watch.ts'
import { RingView } from '../../src/store/coordinator/ring-view.ts'
import { LIMIT_DEFAULTS, StoreWorld } from '../../src/store/coordinator/store-world.ts'
import { foundRing } from '../../src/store/ring/membership.ts'
import type { AsSent, OperationResult, ShardOperation } from '../../src/store/wire.ts'
import { manualClock } from './manual-clock.ts'
import { silentTrace } from './traces.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Bodies leave at the end of the turn. */
const AT_ONCE = { gatherTurnsMax: 1 }

export function worldByHand(options: Partial<HopOptions> = {}, replicas = 3) {
  /** In the order in which they were sent. */
  const bodies: { readonly budgetMs: number; readonly ops: readonly ShardOperation[] }[] = []
  const answers: ((answer: Answer) => void)[] = []
  const clock = manualClock()
  const network = {
    ask: (_: string, request: Message) => {
      bodies.push(request as Message & (typeof bodies)[number])
      return new Promise<Answer>((resolve) => answers.push(resolve))
    },
    close: async () => {},
  }
  const hop = { clock, network, afterTurn: (run: () => void) => void setImmediate(run) }
  const lateWatch = new LateWatch(clock, LIMIT_DEFAULTS.hedgeAfterMs)
  const parts = { clock, trace: silentTrace, limits: LIMIT_DEFAULTS, lateWatch }
  const world = new StoreWorld({ ...parts, newWriter: () => 'w' })
  const numbers = Array.from({ length: replicas }, (_, index) => index + 1)
  const shards = numbers.map((n) => ({ id: `id-${n}`, address: `a${n}` }))
  const links = shards.map(
    ({ address }) => new ShardLink(address, hop, { ...HOP_DEFAULTS, ...AT_ONCE, ...options }),
  )
  const linkTo = ({ address }: { readonly address: string }) =>
    must(links.find((link) => link.address === address))
  world.view = new RingView(foundRing(shards, { kind: 'factor', factor: replicas }, 4), linkTo)
  /** Answers a body with one result for each operation, or not at all. */
  const answerWhole = async (
    body: number,
    results: readonly (OperationResult | AsSent)[] | 'silence',
  ) => {
    if (results === 'silence') answers[body]?.({ kind: 'silence', reason: '' })
    else answers[body]?.({ kind: 'answer', body: { kind: 'ops', results } })
    // One turn for the answer, one for what is sent because of it.
    await turn()
    await turn()
  }
  /** Answers a body of one operation. */
  const answer = (body: number, result: OperationResult) => answerWhole(body, [result])
  return { world, bodies, links, clock, answer, answerWhole, turn }
}
