/**
 * Reads Server-Sent Events off a stream of bytes: fields until an empty line make one event.
 */
export interface ServerEvent {
  readonly name: string
  readonly data: string
  readonly id?: string
}

export async function* parseEvents(body: AsyncIterable<Uint8Array>): AsyncIterable<ServerEvent> {
  const decoder = new TextDecoder()
  let pending = ''
  for await (const chunk of body) {
    pending += decoder.decode(chunk, { stream: true })
    const blocks = pending.split(/\r?\n\r?\n/)
    pending = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = eventOf(block)
      if (event) yield event
    }
  }
}

/** Comments (heartbeats) and blocks without data are not events. */
function eventOf(block: string): ServerEvent | undefined {
  const fields = block.split(/\r?\n/).map(fieldOf)
  const all = (name: string) => fields.filter((field) => field.name === name).map((f) => f.value)
  const data = all('data')
  if (data.length === 0) return undefined
  const id = all('id').at(-1)
  return {
    name: all('event').at(-1) ?? 'message',
    data: data.join('\n'),
    ...(id === undefined ? {} : { id }),
  }
}

function fieldOf(line: string): { name: string; value: string } {
  const colon = line.indexOf(':')
  if (colon < 0) return { name: line, value: '' }
  return { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^ /, '') }
}
