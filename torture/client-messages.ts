/**
 * What the collecting process and a client process say to each other: one request to be sent, and
 * what came of it.
 */
export interface ClientRequest {
  readonly id: number
  /** Of the coordinator. */
  readonly origin: string
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly path: string
  /** JSON text. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** After so long the client gives up; the request may have been done or may still be. */
  readonly patienceMs: number
}

export type ClientAnswer =
  | {
      readonly id: number
      readonly kind: 'answer'
      readonly status: number
      readonly text: string
      readonly etag: string | null
    }
  /** Nobody answered; the code says how it ended. */
  | { readonly id: number; readonly kind: 'silence'; readonly code: string }
