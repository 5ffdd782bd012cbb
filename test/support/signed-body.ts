/**
 * The cluster secret of tests, and bodies signed with it as a shard's inner door wants them. Made
 * here by hand and not by our own code, so that tests hold the signature to what is written down.
 */
import { createHmac } from 'node:crypto'

/** Of every process that `startRole` starts, unless a test gives it another. */
export const CLUSTER_SECRET = 'the-secret-of-the-clusters-in-tests'

/** The headers that make a body one of this cluster. */
export function signedHeaders(
  body: string | Buffer,
  secret = CLUSTER_SECRET,
): Readonly<Record<string, string>> {
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return { 'x-energyguard-signature': signature }
}
