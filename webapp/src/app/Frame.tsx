/**
 * What stands around every page: the way to the five pages, the bar on top, toasts, and a link over
 * all of it for who goes by keyboard.
 */
import { Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon, type IconName } from '../parts/Icon.tsx'
import { AppLink } from './AppLink.tsx'
import { Bell } from './Bell.tsx'
import { ConnectionPill } from './ConnectionPill.tsx'
import { useLiveClient } from './live-context.tsx'
import { RangeControl } from './RangeControl.tsx'
import { Settings } from './Settings.tsx'
import { Toasts } from './Toasts.tsx'
import { useFloors } from './use-building.ts'
import { useChoices } from './use-choices.ts'

type PageName = 'now' | 'floor' | 'alerts' | 'thresholds' | 'system'
const SIGNS: Readonly<Record<PageName, IconName>> = {
  now: 'now',
  floor: 'floor',
  alerts: 'alert',
  thresholds: 'sliders',
  system: 'system',
}

export function Frame() {
  const { t } = useTranslation()
  usePause()
  /** Elsewhere a stretch of time would choose nothing. */
  const hasCharts = useRouterState({
    select: ({ location }) => location.pathname === '/' || location.pathname.startsWith('/floor/'),
  })
  return (
    <div className="frame">
      <a className="skip" href="#main">
        {t('nav.skip')}
      </a>
      <Navigation />
      <header className="topbar">
        <span className="site">
          <Icon name="bolt" size={18} /> <span className="site-name">EnergyGuard</span>
        </span>
        <ConnectionPill />
        <span className="grow" />
        {hasCharts && <RangeControl />}
        <Bell />
        <Settings />
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <Toasts />
    </div>
  )
}

/** Paused or not stands in the URL, and the live client obeys. */
function usePause(): void {
  const client = useLiveClient()
  const { paused } = useChoices()
  useEffect(() => {
    client.take({ kind: 'paused', isPaused: paused === true })
  }, [client, paused])
}

function Navigation() {
  const { t } = useTranslation()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const { floors } = useFloors()
  const floor = /^\/floor\/(\d+)/.exec(path)?.[1] ?? String(floors[0] ?? 1)
  const targets: readonly (readonly [PageName, string])[] = [
    ['now', '/'],
    ['floor', `/floor/${floor}`],
    ['alerts', '/alerts'],
    ['thresholds', '/admin/thresholds'],
    ['system', '/system'],
  ]
  return (
    <nav className="rail" aria-label={t('nav.label')}>
      <div className="rail-inner">
        <span className="rail-brand">
          <Icon name="bolt" size={22} /> EnergyGuard
        </span>
        {targets.map(([name, to]) => (
          <AppLink key={name} to={to} className="rail-link">
            <Icon name={SIGNS[name]} />
            <span>{t(`nav.${name}`)}</span>
          </AppLink>
        ))}
      </div>
    </nav>
  )
}
