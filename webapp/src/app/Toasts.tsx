/**
 * New alerts become toasts: one each while few come, one for all when many come at once, and one
 * that counts what was missed while the connection was away. Each is also said to screen readers:
 * politely, and at once only when it is critical.
 */
import { useMediaQuery } from '@mantine/hooks'
import { Notifications, notificationsStore, notifications as toasts } from '@mantine/notifications'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { joined, saidNext, type Toast, toastsOf } from '../lib/toasts.ts'
import { useSentence } from '../parts/use-sentence.ts'
import { AppLink } from './AppLink.tsx'
import { useLive, useLiveClient } from './live-context.tsx'

/** More wait until one of these goes; on a phone three would cover what is wrong. */
const TOASTS_MAX = 3
const PHONE_TOASTS_MAX = 1
const PHONE = '(max-width: 760px)'
const TOAST_MS = 8_000
const CRITICAL_TOAST_MS = 20_000

export function Toasts() {
  const { t } = useTranslation()
  const client = useLiveClient()
  const sentence = useSentence()
  const fresh = useLive((state) => state.fresh)
  const missed = useLive((state) => state.missed)
  const [said, setSaid] = useState({ polite: '', assertive: '' })
  const isPhone = useMediaQuery(PHONE, false, { getInitialValueInEffect: false })
  const turn = useTurn()

  useEffect(() => {
    if (fresh.length === 0) return
    client.take({ kind: 'shown', count: fresh.length })
    const texts = turn(toastsOf(fresh, missed)).map((toast) => {
      const text =
        toast.kind === 'one'
          ? sentence(toast.notification)
          : t(`toast.${toast.kind}`, { count: toast.count })
      const isCritical = toast.severity === 'critical'
      toasts.show({
        id: toast.id,
        color: isCritical || toast.severity === 'high' ? 'red' : 'yellow',
        title: t(`severity.${toast.severity}`),
        message: (
          <AppLink
            to="/alerts"
            change={toast.kind === 'one' ? { alert: toast.notification.id } : {}}
          >
            {text}
          </AppLink>
        ),
        autoClose: isCritical ? CRITICAL_TOAST_MS : TOAST_MS,
        role: 'presentation',
        'aria-live': 'off',
        closeButtonProps: { 'aria-label': t('action.close') },
      })
      return { text, isCritical }
    })
    setSaid((before) => saidNext(before, texts))
  }, [fresh, missed, client, sentence, t, turn])

  return (
    <>
      <Notifications limit={isPhone ? PHONE_TOASTS_MAX : TOASTS_MAX} position="bottom-right" />
      <div className="visually-hidden" aria-live="polite">
        {said.polite}
      </div>
      <div className="visually-hidden" aria-live="assertive">
        {said.assertive}
      </div>
    </>
  )
}

/** New toasts, and with them those that still wait, which leave the line. */
function useTurn(): (fresh: readonly Toast[]) => readonly Toast[] {
  const shown = useRef<readonly Toast[]>([])
  return useCallback((fresh: readonly Toast[]) => {
    if (fresh.length === 0) return fresh
    const queued = new Set(notificationsStore.getState().queue.map(({ id }) => id))
    const waiting = shown.current.filter(({ id }) => queued.has(id))
    toasts.cleanQueue()
    shown.current = joined(waiting, fresh)
    return shown.current
  }, [])
}
