/**
 * How a body proves that it comes from its own cluster: a header with the HMAC-SHA256 of its exact
 * bytes under the cluster secret, as 64 hexadecimal digits. Anybody who knows the secret can make
 * it by hand: `openssl dgst -sha256 -hmac "$CLUSTER_SECRET"` over the file that curl then sends.
 *
 * It says who wrote a body, not when: whoever can listen on the wire may send a body again. What
 * travels here may arrive twice at any time, so this changes nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** In lower case, as `node:http` hands headers out. */
export const SIGNATURE_HEADER = 'x-energyguard-signature'
const HEX_DIGITS = /^[0-9a-f]{64}$/i

export interface BodySignature {
  /** The value of the header. */
  of(body: Buffer): string
  /** Takes as long for a wrong signature as for a right one. */
  fits(body: Buffer, signature: string): boolean
}

export function bodySignature(clusterSecret: string): BodySignature {
  const digestOf = (body: Buffer) => createHmac('sha256', clusterSecret).update(body)
  return {
    of: (body) => digestOf(body).digest('hex'),
    fits: (body, signature) =>
      isSignature(signature) &&
      timingSafeEqual(digestOf(body).digest(), Buffer.from(signature, 'hex')),
  }
}

/** Whether a header has the form of a signature: nothing else is worth reading the body for. */
export function isSignature(header: unknown): header is string {
  return typeof header === 'string' && HEX_DIGITS.test(header)
}
