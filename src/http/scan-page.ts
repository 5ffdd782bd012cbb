/**
 * Keeps the answer of `GET /scan` to a size that both sides can hold: a thousand documents of a
 * mebibyte each would be asked for with one line. A page that is cut says where to go on, as any
 * other page does.
 */
import type { ScanOutcome } from '../store/client.ts'

/** Documents in one page, in bytes of UTF-8; one document is told however long it is. */
export const SCAN_PAGE_BYTES_MAX = 8 * 1024 * 1024

type Page = Extract<ScanOutcome, { kind: 'page' }>

/** The page, or as much of its beginning as fits. */
export function withinBytes(page: Page, reverse: boolean, bytesMax = SCAN_PAGE_BYTES_MAX): Page {
  let bytes = 0
  for (const [index, { key, text }] of page.entries.entries()) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(text)
    if (index > 0 && bytes > bytesMax) {
      /** `from` takes the key that it names, `to` does not. */
      const next = reverse ? (page.entries[index - 1]?.key ?? null) : key
      return { kind: 'page', entries: page.entries.slice(0, index), next }
    }
  }
  return page
}
