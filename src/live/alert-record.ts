/**
 * The border to the alerts log: what is appended to it is bounded here, and what comes back is
 * admitted here. Anybody may write to a topic, so a record that is none of ours is left out and
 * said, and never stops the list.
 */
import { z } from 'zod'
import { type Notification, notificationSchema } from '../model/notification.ts'

/** Longer ones are cut. A sentence for a person has some hundred characters. */
export const MESSAGE_CHARACTERS_MAX = 500
/** Longer ones are cut. Ours have some fifty. */
export const ID_CHARACTERS_MAX = 200

const recordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('notification'),
    notification: notificationSchema,
    /** Only that it is there matters here. */
    alert: z.unknown().optional(),
  }),
  z.object({ kind: z.literal('read'), ids: z.array(z.string()) }),
  /** For the archive; a list of notifications has nothing to do with it. */
  z.object({ kind: z.enum(['incident', 'learned']) }),
])

export type AdmittedRecord =
  | {
      readonly kind: 'notification'
      readonly notification: Notification
      /** Raised by our own detector: its ids never mean two different things, however old. */
      readonly isOurs: boolean
    }
  | { readonly kind: 'read'; readonly ids: readonly string[] }
  | { readonly kind: 'incident' | 'learned' }

/** Undefined when the text is not a record of the alerts log. */
export function admitRecord(text: string): AdmittedRecord | undefined {
  const record = recordSchema.safeParse(parseJson(text)).data
  if (record?.kind !== 'notification') return record
  const { kind, notification, alert } = record
  return {
    kind,
    notification: bounded(notification),
    isOurs: alert !== undefined && alert !== null,
  }
}

/** The notification with its texts cut to their limits. */
export function bounded(notification: Notification): Notification {
  return {
    ...notification,
    id: cut(notification.id, ID_CHARACTERS_MAX),
    message: cut(notification.message, MESSAGE_CHARACTERS_MAX),
    ...(notification.message_en === undefined
      ? {}
      : { message_en: cut(notification.message_en, MESSAGE_CHARACTERS_MAX) }),
  }
}

function cut(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : text.slice(0, charactersMax).toWellFormed()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
