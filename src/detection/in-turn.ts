/**
 * Pieces of work that touch the same things and wait in between: each begins when the one before it
 * has ended.
 */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    // Whoever asked for it is told of its failure; the next one begins all the same.
    last = mine.catch(() => {})
    return mine
  }
}
