/**
 * How many requests each route has answered, how, and in what time. Counted by hand and not as
 * facts, since a fact costs a tenth of a whole `GET`; written out, in the form of Prometheus, only
 * when someone looks.
 */

interface Entry {
  readonly labels: string
  requests: number
  tookMs: number
}

export class RequestTally {
  /** By method, route and status; routes are few, where addresses are as many as keys. */
  private readonly entries = new Map<string, Entry>()

  count(method: string, route: string, status: number, tookMs: number): void {
    const name = `${method} ${status} ${route}`
    let entry = this.entries.get(name)
    if (!entry) {
      const labels = `method="${method}",route="${route}",status="${status}"`
      entry = { labels, requests: 0, tookMs: 0 }
      this.entries.set(name, entry)
    }
    entry.requests += 1
    entry.tookMs += tookMs
  }

  text(): string {
    const entries = [...this.entries.values()]
    const requests = entries.map((entry) => [entry.labels, entry.requests] as const)
    const seconds = entries.map((entry) => [entry.labels, entry.tookMs / 1000] as const)
    return (
      family('energyguard_http_requests_total', 'Requests that were answered.', requests) +
      family('energyguard_http_request_seconds_total', 'Time until they were.', seconds)
    )
  }
}

function family(
  name: string,
  help: string,
  values: readonly (readonly [labels: string, value: number])[],
): string {
  const lines = values.map(([labels, value]) => `${name}{${labels}} ${value}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} counter`, ...lines, ''].join('\n')
}
