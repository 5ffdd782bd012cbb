/**
 * Server-Sent Events out of text as it arrives. Read by `fetch` and not by EventSource, since that
 * hides the status: 404 is how a coordinator says that it has only the contract's stream.
 */
export interface StreamEvent {
  readonly name: string
  readonly data: string
  readonly id?: string
}

export interface Parsed {
  readonly events: readonly StreamEvent[]
  /** The begin of an event whose end has not come. */
  readonly rest: string
}

export function parseEvents(text: string): Parsed {
  const blocks = text.split(/\r?\n\r?\n/)
  const rest = blocks.pop() ?? ''
  return { events: blocks.flatMap(eventOf), rest }
}

/** Comments and blocks without data are no events. */
function eventOf(block: string): StreamEvent[] {
  const fields = block.split(/\r?\n/).map(fieldOf)
  const all = (name: string) => fields.filter((one) => one.name === name).map((one) => one.value)
  const data = all('data')
  if (data.length === 0) return []
  const id = all('id').at(-1)
  const name = all('event').at(-1) ?? 'message'
  return [{ name, data: data.join('\n'), ...(id === undefined ? {} : { id }) }]
}

function fieldOf(line: string): { name: string; value: string } {
  const colon = line.indexOf(':')
  if (colon < 0) return { name: line, value: '' }
  return { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^ /, '') }
}
