import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestTally } from './request-tally.ts'

test('requests are counted by method, route and status, with the time they took', () => {
  const tally = new RequestTally()
  tally.count('GET', '/key/:key', 200, 250)
  tally.count('GET', '/key/:key', 200, 500)
  tally.count('GET', '/key/:key', 404, 1_000)
  assert.equal(
    tally.text(),
    `# HELP energyguard_http_requests_total Requests that were answered.
# TYPE energyguard_http_requests_total counter
energyguard_http_requests_total{method="GET",route="/key/:key",status="200"} 2
energyguard_http_requests_total{method="GET",route="/key/:key",status="404"} 1
# HELP energyguard_http_request_seconds_total Time until they were.
# TYPE energyguard_http_request_seconds_total counter
energyguard_http_request_seconds_total{method="GET",route="/key/:key",status="200"} 0.75
energyguard_http_request_seconds_total{method="GET",route="/key/:key",status="404"} 1
`,
  )
})
