/**
 * Every document under a prefix, page by page through the public `GET /scan`.
 */
export interface ScannedDocument {
  readonly key: string
  readonly value: unknown
}

/** Throws when a page is not answered with 200. */
export async function scanAll(
  coordinatorUrl: string,
  prefix: string,
): Promise<readonly ScannedDocument[]> {
  const found: ScannedDocument[] = []
  let from: string | null = prefix
  while (from !== null) {
    const page: ScanPage = await scanPage(coordinatorUrl, prefix, from)
    found.push(...page.items)
    from = page.next
  }
  return found
}

interface ScanPage {
  readonly items: readonly ScannedDocument[]
  /** Where the next page begins. */
  readonly next: string | null
}

const PAGE_ENTRIES = 1_000

async function scanPage(url: string, prefix: string, from: string): Promise<ScanPage> {
  const query = new URLSearchParams({ prefix, from, limit: String(PAGE_ENTRIES) })
  const response = await fetch(`${url}/scan?${query}`)
  if (!response.ok) throw new Error(`GET /scan?${query}: ${await response.text()}`)
  return (await response.json()) as ScanPage
}
