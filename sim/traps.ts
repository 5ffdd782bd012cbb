/**
 * While a simulation runs, whoever asks the real machine for time or chance is told so with an
 * error instead of an answer: one such question and a seed would no longer repeat.
 */
type Globals = Record<string, unknown>

const TRAPPED_FUNCTIONS = ['setTimeout', 'setInterval', 'setImmediate', 'fetch'] as const

/** Sets the traps; returns what takes them away again. */
export function setTraps(): () => void {
  const undo = [
    ...TRAPPED_FUNCTIONS.map((name) => replace(globalThis as unknown as Globals, name, trap(name))),
    replace(Math as unknown as Globals, 'random', trap('Math.random')),
    replace(performance as unknown as Globals, 'now', trap('performance.now')),
    replace(crypto as unknown as Globals, 'randomUUID', trap('crypto.randomUUID')),
    replace(crypto as unknown as Globals, 'getRandomValues', trap('crypto.getRandomValues')),
    replace(globalThis as unknown as Globals, 'Date', trappedDate()),
  ]
  return () => {
    for (const one of undo.reverse()) one()
  }
}

function trap(name: string): () => never {
  return () => {
    throw new Error(`${name} was asked for during a simulation; take a Clock or a Random`)
  }
}

/** Dates can be made from numbers and texts, but not from the present moment. */
function trappedDate(): unknown {
  const ofNow = trap('the present time')
  return new Proxy(Date, {
    construct: (date, given) => (given.length === 0 ? ofNow() : Reflect.construct(date, given)),
    apply: ofNow,
    get: (date, name) => (name === 'now' ? ofNow : Reflect.get(date, name)),
  })
}

function replace(owner: Globals, name: string, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name)
  Object.defineProperty(owner, name, { value, configurable: true, writable: true })
  return () => {
    if (own) Object.defineProperty(owner, name, own)
    else delete owner[name]
  }
}
