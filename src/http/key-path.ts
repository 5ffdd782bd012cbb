/**
 * The key in `/key/{key}`, taken from the address exactly as it was sent and decoded once. A router
 * decodes a path in its own way (twice, or not `%2F`, or it stops at `;`), and a key that comes
 * back other than it was sent is a lost document; so the router only ever sees `/key/-`.
 */

const KEY_PATH = '/key/'
/** What the router is given instead of a key. */
const ANY_KEY_PATH = '/key/-'
/** What it is given instead of an address that cannot be decoded: nobody serves it. */
const NO_PATH = '/%25'

export type KeyPath =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'malformed'; readonly reason: string }

/** The address that the router sees. */
export function routedUrl(url: string): string {
  if (url.startsWith(KEY_PATH)) return ANY_KEY_PATH
  return url.includes('%') && decodeOnce(pathOf(url)) === undefined ? NO_PATH : url
}

/** The key of an address that begins with `/key/`; `url` is the request line's, untouched. */
export function keyOfUrl(url: string): KeyPath {
  const encoded = pathOf(url).slice(KEY_PATH.length)
  if (encoded.includes('#')) {
    return malformed('holds a # that is not encoded; send it as %23')
  }
  const key = decodeOnce(encoded)
  if (key === undefined) return malformed('has a % that begins no UTF-8 character; send % as %25')
  return { kind: 'key', key }
}

function malformed(reason: string): KeyPath {
  return { kind: 'malformed', reason }
}

function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** Undefined when it cannot be decoded. */
function decodeOnce(encoded: string): string | undefined {
  if (!encoded.includes('%')) return encoded
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
