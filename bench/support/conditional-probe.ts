/**
 * Does this store know conditional writes? Asked with one key, in the ways that a measurement will
 * use, so that what is measured is not a plain write under another name.
 */
const PROBE_PATH = '/key/cas:bench-probe'

/** Undefined when it does; else what it did instead. */
export async function conditionalProblem(url: string): Promise<string | undefined> {
  const first = await put(url, { 'if-none-match': '*' })
  if (first.status !== 200) return `PUT with If-None-Match answered ${first.status}`
  if (first.tag === null) return 'an answer to PUT carries no ETag yet'
  const second = await put(url, { 'if-match': first.tag })
  if (second.status !== 200) return `PUT with the right If-Match answered ${second.status}`
  const stale = await put(url, { 'if-match': first.tag })
  return stale.status === 412 ? undefined : `PUT with a stale If-Match answered ${stale.status}`
}

let written = 0

async function put(url: string, condition: Readonly<Record<string, string>>) {
  written += 1
  const response = await fetch(url + PROBE_PATH, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...condition },
    body: JSON.stringify({ value: { probe: written } }),
  })
  await response.text()
  return { status: response.status, tag: response.headers.get('etag') }
}
