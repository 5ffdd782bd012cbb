/**
 * Now: is everything all right, where is it not, and how much does it draw. The answer stands in
 * one line; below it a card for each floor, what is active, and the chosen metric as lines.
 */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useConnection, useLive, useNow } from '../../app/live-context.tsx'
import { useFloors, useSampleHistory, useThresholds } from '../../app/use-building.ts'
import { useChoices } from '../../app/use-choices.ts'
import { activeAlerts } from '../../lib/alerts.ts'
import { pageOfFloors } from '../../lib/floors.ts'
import { panelStateOf } from '../../lib/panel-state.ts'
import { floorRows } from '../../lib/verdict.ts'
import { HistoryNote } from '../../parts/HistoryNote.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { ActiveAlerts } from './ActiveAlerts.tsx'
import { FloorCard } from './FloorCard.tsx'
import { FloorPager } from './FloorPager.tsx'
import { LiveChart } from './LiveChart.tsx'
import { NowToolbar } from './NowToolbar.tsx'
import { Totals } from './Totals.tsx'
import { Verdict } from './Verdict.tsx'

const ACTIVE_LOOK_MS = 10_000

export function NowPage() {
  const { t } = useTranslation()
  const choices = useChoices()
  const { floors, samples, error, isRead, retry } = useFloors()
  const thresholds = useThresholds()
  const connection = useConnection()
  const notifications = useLive((state) => state.notifications)
  const now = useNow(ACTIVE_LOOK_MS)
  const active = useMemo(() => activeAlerts(notifications, now), [notifications, now])
  const rows = useMemo(() => floorRows(samples, thresholds, active), [samples, thresholds, active])
  const page = pageOfFloors(rows, choices)
  const shownText = page.rows.map(({ floor }) => floor).join()
  const shown = useMemo(
    () => (shownText === '' ? [] : shownText.split(',').map(Number)),
    [shownText],
  )
  useSampleHistory(shown)
  const state = panelStateOf({
    hasData: isRead || floors.length > 0,
    isEmpty: floors.length === 0,
    error,
    connection,
    isLive: true,
  })
  return (
    <div className="page now">
      <Verdict rows={rows} samples={samples} state={state} />
      <Panel
        title={t('now.floors')}
        state={state}
        empty={t('now.empty')}
        onRetry={() => void retry()}
        actions={<NowToolbar floorCount={floors.length} />}
        heightPx={220}
      >
        <div className="cards">
          {page.rows.map((row) => (
            <FloorCard
              key={row.floor}
              row={row}
              samples={samples.get(row.floor) ?? []}
              limits={thresholds.per_floor[String(row.floor)] ?? thresholds.default}
              count={choices.samples ?? 1}
            />
          ))}
        </div>
        <FloorPager page={page} total={floors.length} />
      </Panel>
      <div className="side-by-side">
        <div className="page">
          <HistoryNote />
          <LiveChart floors={shown} hasFloors={isRead} />
        </div>
        <div className="page">
          <ActiveAlerts active={active} />
          <Totals floors={floors} samples={samples} state={state} onRetry={() => void retry()} />
        </div>
      </div>
    </div>
  )
}
