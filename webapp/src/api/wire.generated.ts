/** Made by `npm run api-types` out of the running services; never edit it. */

export type MuteTimes =
  | {
      kind: 'once'
      /**
       * The rest of this one.
       */
      incident: string
    }
  | {
      kind: 'until'
      /**
       * Milliseconds since 1970.
       */
      untilMs: number
    }
  | {
      kind: 'weekly'
      /**
       * @minItems 1
       * @maxItems 7
       */
      weekdays: number[]
      from: string
      /**
       * The next day where it is not after `from`.
       */
      to: string
    }
export type BackupRow =
  | {
      lane: 'plain'
      key: string
      /**
       * Null: it was deleted.
       */
      text: string | null
      order: number
      /**
       * Hybrid time: 1/4096 ms since 2020-01-01, with a counter below the millisecond.
       */
      time: number
      writer: string
      expires_ms: number | null
    }
  | {
      lane: 'conditional'
      key: string
      /**
       * The document as JSON text.
       */
      text: string
      etag: string
      revision: number
    }
export type BackupRowInput =
  | {
      lane: 'plain'
      key: string
      /**
       * Null: it was deleted.
       */
      text: string | null
      order: number
      /**
       * Hybrid time: 1/4096 ms since 2020-01-01, with a counter below the millisecond.
       */
      time: number
      writer: string
      expires_ms: number | null
    }
  | {
      lane: 'conditional'
      key: string
      /**
       * The document as JSON text.
       */
      text: string
      etag: string
      revision: number
    }

export interface Api {
  /**
   * Takes back that something was expected.
   */
  'DELETE /api/v1/alarms/expected/{id}': {
    path: {
      id: string
    }
    answer: Expectation
  }
  /**
   * Takes a mute back.
   */
  'DELETE /api/v1/alarms/mutes/{id}': {
    path: {
      id: string
    }
    answer: Mute
  }
  /**
   * Deletes a document.
   */
  'DELETE /key/{key}': {
    path: {
      /**
       * Any text; encode at least %, ? and #, everything else may be as it is.
       */
      key: string
    }
    answer: Written
  }
  /**
   * The thresholds in force; with x-energyguard-last-known when the store cannot be asked.
   */
  'GET /admin/thresholds': {
    answer: Thresholds
  }
  /**
   * Alarms as they are raised, as Server-Sent Events: ping, anomaly, gap.
   */
  'GET /anomalies/stream': {
    query: {
      /**
       * As the header Last-Event-ID, for curl.
       */
      last_event_id?: string
    }
    events: {
      /**
       * It is still here.
       */
      ping: {}
      /**
       * An alarm; its id is where to resume from.
       */
      anomaly: Notification
      /**
       * Where a client was is no longer known: all alarms that are.
       */
      gap: NotificationList
    }
  }
  /**
   * All that people have said about alarms; what was taken back has an `endedMs`.
   */
  'GET /api/v1/alarms/sayings': {
    answer: AlarmSayings
  }
  /**
   * What the watch would have told of the stored readings, and how often.
   */
  'GET /api/v1/backtest': {
    query: {
      floor: number
      metric: 'kw' | 'corrente' | 'tensione'
      /**
       * ISO 8601 with an offset or Z, inclusive.
       */
      from: string
      /**
       * Exclusive.
       */
      to: string
      /**
       * False alarms that are borne in a month, of the floor; its metrics share it.
       */
      budget?: number
    }
    answer: {
      summary: {
        /**
         * Readings that measured it.
         */
        readings: number
        /**
         * Milliseconds since 1970.
         */
        firstMs: number | null
        /**
         * Milliseconds since 1970.
         */
        lastMs: number | null
        /**
         * Notifications that would have opened.
         */
        alerts: number
        alertsPerMonth: number | null
        /**
         * Of this metric: its part of the budget.
         */
        budgetPerMonth: number
        /**
         * Alerts by the channel that opened them.
         */
        byChannel: {
          [k: string]: number
        }
        /**
         * What was known at the end.
         */
        learned: string
      }
      /**
       * The newest of them, oldest first.
       */
      incidents: Incident[]
    }
  }
  /**
   * Incidents, newest first; each with its evidence and what people said of it.
   */
  'GET /api/v1/incidents': {
    query: {
      floor?: number
      metric?: 'kw' | 'corrente' | 'tensione' | 'delta_kwh'
      cause?: 'higher' | 'lower' | 'level' | 'stuck' | 'silent'
      state?: 'open' | 'closed'
      /**
       * Begun at this time or later.
       */
      from?: string
      /**
       * Begun before this time.
       */
      to?: string
      limit?: number
      before?: string
    }
    answer: {
      items: IncidentView[]
      /**
       * Given as `before` it goes on here; null = no more.
       */
      next: string | null
    }
  }
  /**
   * One incident.
   */
  'GET /api/v1/incidents/{id}': {
    path: {
      id: string
    }
    answer: IncidentView
  }
  /**
   * What "that was expected" would have kept quiet of the past; nothing is said yet.
   */
  'GET /api/v1/incidents/{id}/expected': {
    path: {
      id: string
    }
    query: {
      /**
       * Every day at this time, and not only on this weekday.
       */
      everyDay?: string
    }
    answer: ExpectationEffect
  }
  /**
   * What the watch has learned of each floor and metric so far.
   */
  'GET /api/v1/learned': {
    query: {
      floor?: number
      /**
       * The `next` of the page before.
       */
      from?: string
    }
    answer: {
      /**
       * By floor.
       */
      items: LearnedSeries[]
      /**
       * Given as `from` it goes on here; null = no more.
       */
      next: string | null
    }
  }
  /**
   * All that a dashboard shows, as Server-Sent Events: reading (a reading; the newest of each floor first, some left out for a slow client), anomaly (a notification, with an id from which Last-Event-ID resumes; none left out), gap (a list of notifications), ping.
   */
  'GET /api/v1/live': {
    query: {
      /**
       * As the header Last-Event-ID, for curl.
       */
      last_event_id?: string
    }
    events: {
      /**
       * It is still here.
       */
      ping: {}
      /**
       * An alarm; its id is where to resume from.
       */
      anomaly: Notification
      /**
       * Where a client was is no longer known: all alarms that are.
       */
      gap: NotificationList
      reading: Reading
    }
  }
  /**
   * What a floor has measured, as points: least, mean and greatest value of each step.
   */
  'GET /api/v1/readings': {
    query: {
      floor: number
      metric: 'kw' | 'corrente' | 'tensione' | 'delta_kwh'
      /**
       * ISO 8601 with an offset or Z, inclusive.
       */
      from: string
      /**
       * Exclusive.
       */
      to: string
      /**
       * Seconds; the answer has at most 2000 points.
       */
      step: number
    }
    /**
     * Ascending; steps without readings are left out. Energy is told as it was sent.
     */
    answer: {
      floor: number
      metric: 'kw' | 'corrente' | 'tensione' | 'delta_kwh'
      from: string
      to: string
      step: number
      points: ReadingPoint[]
    }
  }
  /**
   * The stages of this process, and the ring.
   */
  'GET /api/v1/system': {
    answer: {
      /**
       * The stages of this process, in the order of a reading.
       */
      pipeline: Stage[]
      store: RingInfo
      care: Care | null
    }
  }
  /**
   * How often a limit would have fired over the stored readings.
   */
  'GET /api/v1/thresholds/preview': {
    query: {
      /**
       * A floor, or `default`: all floors that have no limits of their own.
       */
      floor: 'default' | number
      metric: 'kw' | 'corrente' | 'tensione' | 'delta_kwh'
      /**
       * The limit to try.
       */
      value: number
      /**
       * ISO 8601 with an offset or Z, inclusive.
       */
      from: string
      /**
       * Exclusive.
       */
      to: string
    }
    answer: {
      /**
       * Stored readings that measured it.
       */
      readings: number
      /**
       * Of these, over the limit.
       */
      over: number
      /**
       * What would have been raised, after the cooldown.
       */
      notifications: number
    }
  }
  /**
   * It answers.
   */
  'GET /health': {
    answer: Ok
  }
  /**
   * Reads a document.
   */
  'GET /key/{key}': {
    path: {
      /**
       * Any text; encode at least %, ? and #, everything else may be as it is.
       */
      key: string
    }
    answer: Found
  }
  /**
   * The process lives.
   */
  'GET /livez': {
    answer: Ok
  }
  /**
   * The newest notifications, oldest first.
   */
  'GET /notifications': {
    query: {
      /**
       * The newest so many: 1 to 1000, clamped; default 50.
       */
      limit?: string | string[]
      /**
       * Epoch seconds; only what is newer.
       */
      since_ts?: number
    }
    answer: NotificationList
  }
  /**
   * How many nobody has read.
   */
  'GET /notifications/unread_count': {
    answer: {
      unread: number
    }
  }
  /**
   * It can do all its work, or what it waits for.
   */
  'GET /readyz': {
    answer: Ok
  }
  /**
   * The keys of a range, in the order of their UTF-8 bytes. Not a snapshot.
   */
  'GET /scan': {
    query: {
      prefix?: string
      /**
       * Inclusive.
       */
      from?: string
      /**
       * Exclusive.
       */
      to?: string
      /**
       * 1 to 1000.
       */
      limit?: number
      reverse?: '0' | '1' | 'true' | 'false'
      as?: 'value' | 'text'
    }
    answer: {
      items: {
        key: string
        value?: {
          [k: string]: unknown
        }
        text?: string
      }[]
      /**
       * The next `from` (`to` when reversed); null = this was the last page.
       */
      next: string | null
    }
  }
  /**
   * The ring and its shards.
   */
  'GET /sharding/info': {
    answer: RingInfo
  }
  /**
   * Be quiet about these: the rest of one incident, until a time, or every week.
   */
  'POST /api/v1/alarms/mutes': {
    body:
      | {
          kind: 'once'
          /**
           * The rest of this one.
           */
          incident: string
          floor?: number | null
          metric?: ('kw' | 'corrente' | 'tensione' | 'delta_kwh') | null
          cause?: ('higher' | 'lower' | 'level' | 'stuck' | 'silent') | null
        }
      | {
          kind: 'until'
          until: string
          floor?: number | null
          metric?: ('kw' | 'corrente' | 'tensione' | 'delta_kwh') | null
          cause?: ('higher' | 'lower' | 'level' | 'stuck' | 'silent') | null
        }
      | {
          kind: 'weekly'
          /**
           * @minItems 1
           * @maxItems 7
           */
          weekdays: number[]
          from: string
          /**
           * The next day where it is not after `from`.
           */
          to: string
          floor?: number | null
          metric?: ('kw' | 'corrente' | 'tensione' | 'delta_kwh') | null
          cause?: ('higher' | 'lower' | 'level' | 'stuck' | 'silent') | null
        }
    answer: Mute
  }
  /**
   * Somebody has seen it. Said twice, it counts once.
   */
  'POST /api/v1/incidents/{id}/acknowledge': {
    path: {
      id: string
    }
    answer: Acknowledgement
  }
  /**
   * That was expected: the like of it, at this time of the week, is kept quiet.
   */
  'POST /api/v1/incidents/{id}/expected': {
    path: {
      id: string
    }
    body: {
      /**
       * Every day at this time, and not only on this weekday.
       */
      everyDay?: boolean
    }
    answer: {
      expectation: Expectation
      past: ExpectationEffect
    }
  }
  /**
   * Has the level changed for good? Confirmed, it is the usual one from now on.
   */
  'POST /api/v1/incidents/{id}/level': {
    path: {
      id: string
    }
    body: {
      decision: 'confirmed' | 'declined'
    }
    answer: LevelDecision
  }
  /**
   * Many writes and reads in one request; each has its own outcome, none is undone.
   */
  'POST /batch': {
    body: {
      /**
       * @maxItems 2000
       */
      operations: (
        | {
            op: 'put'
            key: string
            value?: {
              [k: string]: unknown
            }
            /**
             * The document as text, in place of `value`.
             */
            text?: string
            /**
             * Conditional keys: the etag that was read, or *.
             */
            if_match?: string
            /**
             * Conditional keys: nothing stands there.
             */
            if_none_match?: '*'
            idempotency_key?: string
            /**
             * Event time in ms: among writes of a key the larger one wins. Absent: wall time.
             */
            order?: number
            ttl?: number | null
          }
        | {
            op: 'get'
            key: string
            as?: 'text'
          }
        | {
            op: 'delete'
            key: string
            /**
             * Event time in ms: among writes of a key the larger one wins. Absent: wall time.
             */
            order?: number
            /**
             * Conditional keys: the etag that was read, or *.
             */
            if_match?: string
            /**
             * Conditional keys: nothing stands there.
             */
            if_none_match?: '*'
            idempotency_key?: string
          }
      )[]
    }
    answer: {
      /**
       * In the order of the operations.
       */
      results: {
        status: number
        [k: string]: unknown
      }[]
    }
  }
  /**
   * An alert document becomes notifications, one for each of its events.
   */
  'POST /internal/broadcast': {
    body: Alert
    answer: {
      status: 'ok'
      accepted: number
      suppressed: number
    }
  }
  /**
   * The token, for who knows the name and the password.
   */
  'POST /login': {
    body: {
      username: string
      password: string
    }
    answer: {
      token: string
    }
  }
  /**
   * Marks as read; an empty list lowers the count by one.
   */
  'POST /notifications/mark_read': {
    body: {
      ids: string[]
    }
    answer: {
      status: 'ok'
      unread: number
    }
  }
  /**
   * Takes in a shard.
   */
  'POST /sharding/add-node': {
    body: {
      node: string
      /**
       * Only say what would move.
       */
      preview?: boolean
    }
    answer: RingChange | RingPreview
  }
  /**
   * Takes back the change that is under way.
   */
  'POST /sharding/cancel': {
    answer: RingChange
  }
  /**
   * All keys with their versions, deleted ones too, a page at a time.
   */
  'POST /sharding/export': {
    body: {
      /**
       * Inclusive; `next` of the page before.
       */
      from?: string
      limit?: number
    }
    answer: {
      cluster: string
      rows: BackupRow[]
      /**
       * The next `from`; null = this was the last page.
       */
      next: string | null
    }
  }
  /**
   * Takes in rows of an export; nothing that is newer is changed. Not atomic.
   */
  'POST /sharding/import': {
    body: {
      /**
       * @maxItems 1000
       */
      rows: BackupRowInput[]
    }
    answer: {
      /**
       * In the order of the rows; `kept`: a document that was changed later stays.
       */
      results: {
        status: number
        [k: string]: unknown
      }[]
    }
  }
  /**
   * Copies of each key; never more than there are shards.
   */
  'POST /sharding/reconfigure': {
    body: {
      replication_factor: number
    }
    answer: {
      status: 'ok'
      replication_factor: number
    }
  }
  /**
   * Lets a shard go.
   */
  'POST /sharding/remove-node': {
    body: {
      node: string
    }
    answer: RingChange
  }
  /**
   * Puts a shard in place of another.
   */
  'POST /sharding/replace-node': {
    body: {
      node: string
      /**
       * Where the new shard answers; left out: at the same address.
       */
      with?: string
    }
    answer: RingChange
  }
  /**
   * Replaces them all; a field left out of a set takes its default.
   */
  'PUT /admin/thresholds': {
    body: {
      default?: ThresholdSetInput
      per_floor?: {
        [k: string]: ThresholdSetInput
      }
    }
    answer: {
      status: 'ok'
      thresholds: Thresholds
    }
  }
  /**
   * Writes a document.
   */
  'PUT /key/{key}': {
    path: {
      /**
       * Any text; encode at least %, ? and #, everything else may be as it is.
       */
      key: string
    }
    body: {
      /**
       * Any JSON object; its text is kept as sent.
       */
      value: {
        [k: string]: unknown
      }
      /**
       * Gone after so many seconds; absent or null: never.
       */
      ttl?: number | null
    }
    answer: Written
  }
}
export interface Expectation {
  id: string
  /**
   * Milliseconds since 1970.
   */
  saidMs: number
  endedMs: number | null
  /**
   * The one that was expected.
   */
  incident: string
  floor: number
  metric: 'kw' | 'corrente' | 'tensione' | 'delta_kwh'
  cause: 'higher' | 'lower' | 'level' | 'stuck' | 'silent'
  /**
   * Null = every day.
   */
  weekday: number | null
  halfHour: number
  /**
   * What is larger is told all the same.
   */
  sizeMax: number
}
export interface Mute {
  id: string
  /**
   * Milliseconds since 1970.
   */
  saidMs: number
  endedMs: number | null
  scope: AlarmScope
  times: MuteTimes
}
export interface AlarmScope {
  floor: number | null
  metric: ('kw' | 'corrente' | 'tensione' | 'delta_kwh') | null
  cause: ('higher' | 'lower' | 'level' | 'stuck' | 'silent') | null
}
/**
 * A quorum holds it on its disks. Conditional keys: ETag names what stands there now.
 */
export interface Written {
  status: 'ok'
  replicas_ok: number
  targets: string[]
}
export interface Thresholds {
  default: ThresholdSet
  per_floor: {
    [k: string]: ThresholdSet
  }
}
export interface ThresholdSet {
  delta_kwh_max: number
  kw_max: number
  corrente_max: number
  tensione_max: number
}
export interface Notification {
  id: string
  /**
   * Epoch seconds, may carry a fraction.
   */
  timestamp: number
  timestamp_ms: number
  floor: number
  metric: 'kw' | 'corrente' | 'tensione' | 'delta_kwh'
  value: number
  threshold: number
  threshold_base: number
  severity: 'info' | 'warning' | 'high' | 'critical'
  message: string
  /**
   * The same in English, where an incident is told.
   */
  message_en?: string
  /**
   * Beside the contract: which incident this tells of, and what became of it.
   */
  incident?: IncidentNote
}
export interface IncidentNote {
  id: string
  cause: 'higher' | 'lower' | 'level' | 'stuck' | 'silent'
  phase: 'opened' | 'worse' | 'closed'
  severity: 'info' | 'warning' | 'high' | 'critical'
  /**
   * What ended it, where it closed.
   */
  endedBy?: 'readings' | 'new-rule'
}
export interface NotificationList {
  items: Notification[]
  total: number
}
export interface AlarmSayings {
  next: number
  acknowledged: Acknowledgement[]
  mutes: Mute[]
  expected: Expectation[]
  decisions: LevelDecision[]
}
export interface Acknowledgement {
  incident: string
  /**
   * Milliseconds since 1970.
   */
  saidMs: number
}
export interface LevelDecision {
  incident: string
  floor: number
  metric: 'kw' | 'corrente' | 'tensione' | 'delta_kwh'
  decision: 'confirmed' | 'declined'
  /**
   * Milliseconds since 1970.
   */
  saidMs: number
}
export interface Incident {
  /**
   * `{floor}:{metric}:{cause}:{startMs}`
   */
  id: string
  floor: number
  metric: 'kw' | 'corrente' | 'tensione' | 'delta_kwh'
  cause: 'higher' | 'lower' | 'level' | 'stuck' | 'silent'
  state: 'open' | 'closed'
  /**
   * Milliseconds since 1970.
   */
  startMs: number
  /**
   * Of what was found last, or of the first reading of a new rule; null = open.
   */
  endMs: number | null
  /**
   * What ended it; absent while it is open, and in documents of older versions.
   */
  endedBy?: 'readings' | 'new-rule'
  /**
   * Milliseconds since 1970.
   */
  changedMs: number
  /**
   * The worst so far.
   */
  severity: 'info' | 'warning' | 'high' | 'critical'
  opening: Evidence
  peak: Evidence
  /**
   * What is known by now, in Italian.
   */
  message: string
  messageEn: string
  /**
   * Nobody was told of the last change, because of this mute or expectation.
   */
  quietBy: string | null
}
export interface Evidence {
  channel: 'surprise' | 'season' | 'hours' | 'level' | 'stuck' | 'silence'
  direction: 'up' | 'down' | 'none'
  /**
   * Milliseconds since 1970.
   */
  timeMs: number
  /**
   * At the site, Monday 0.
   */
  weekday: number
  /**
   * At the site.
   */
  halfHour: number
  /**
   * What was read; `silence`: seconds without a reading.
   */
  value: number
  expected: number
  /**
   * The expected band.
   */
  low: number
  high: number
  /**
   * In usual deviations; `stuck`: readings of the run.
   */
  statistic: number
  /**
   * Comparable moments that it was held against.
   */
  comparable: number
  /**
   * How often this comes by chance.
   */
  ratePerMonth: number
  /**
   * How often the channel may: its part of the budget.
   */
  sharePerMonth: number
  /**
   * False alarms borne in a month, of this floor and metric.
   */
  budgetPerMonth: number
  /**
   * 1 or more = an alarm; each further 1 = ten times rarer.
   */
  score: number
  /**
   * The day went as a Sunday goes: a holiday, perhaps.
   */
  isLikeSunday: boolean
  learned: 'cadence' | 'first-days' | 'daily-profile' | 'weekly-profile'
  /**
   * Version of the rule.
   */
  rule: string
}
export interface IncidentView {
  /**
   * `{floor}:{metric}:{cause}:{startMs}`
   */
  id: string
  floor: number
  metric: 'kw' | 'corrente' | 'tensione' | 'delta_kwh'
  cause: 'higher' | 'lower' | 'level' | 'stuck' | 'silent'
  state: 'open' | 'closed'
  /**
   * Milliseconds since 1970.
   */
  startMs: number
  /**
   * Of what was found last, or of the first reading of a new rule; null = open.
   */
  endMs: number | null
  /**
   * What ended it; absent while it is open, and in documents of older versions.
   */
  endedBy?: 'readings' | 'new-rule'
  /**
   * Milliseconds since 1970.
   */
  changedMs: number
  /**
   * The worst so far.
   */
  severity: 'info' | 'warning' | 'high' | 'critical'
  opening: Evidence
  peak: Evidence
  /**
   * What is known by now, in Italian.
   */
  message: string
  messageEn: string
  /**
   * Nobody was told of the last change, because of this mute or expectation.
   */
  quietBy: string | null
  acknowledgedMs: number | null
  /**
   * Of a changed level.
   */
  decision: ('confirmed' | 'declined') | null
  /**
   * The expectation that was said of this incident.
   */
  expectedBy: string | null
}
/**
 * Others than the incident itself.
 */
export interface ExpectationEffect {
  /**
   * Past ones of the same floor, metric and cause.
   */
  incidents: number
  /**
   * Of these, those that the same word would have kept quiet.
   */
  covered: number
  /**
   * The newest of the covered.
   */
  ids: string[]
}
export interface LearnedSeries {
  floor: number
  metric: 'kw' | 'corrente' | 'tensione' | 'delta_kwh'
  /**
   * How far it is: it judges from the second week on, slowly moving ones from the third.
   */
  learned: 'cadence' | 'first-days' | 'daily-profile' | 'weekly-profile'
  /**
   * Days of readings that did not alarm.
   */
  days: number
  /**
   * Time between two readings; null = not known yet.
   */
  stepMs: number | null
  /**
   * Alarms a month so far, to be held beside the budget; null = none was judged yet.
   */
  alarmsPerMonth: number | null
  /**
   * A changed level that nobody has confirmed yet, and how far it lies off.
   */
  shift: {
    /**
     * Milliseconds since 1970.
     */
    sinceMs: number
    level: number
  } | null
  /**
   * Of the newest reading by then.
   */
  timeMs: number
}
/**
 * As it was sent, with whatever else the meter says.
 */
export interface Reading {
  piano: number
  timestamp: string
  sensore1_kwh?: number
  sensore2_kw?: number
  sensore3_corrente?: number
  sensore3_tensione?: number
  delta_kwh?: number
  [k: string]: unknown
}
export interface ReadingPoint {
  /**
   * When the step begins, epoch seconds: a multiple of the step.
   */
  t: number
  min: number
  mean: number
  max: number
  /**
   * Readings in the step.
   */
  count: number
}
export interface Stage {
  stage: string
  /**
   * Readings (archive: alarms), a mean over the last minute.
   */
  ratePerSecond: number
  /**
   * Records that wait in the log; null: nobody can say.
   */
  lag: number | null
  /**
   * Warnings and errors since the process started.
   */
  errors: number
}
export interface RingInfo {
  total_nodes: number
  replication_factor: number
  virtual_nodes_per_node: number
  total_virtual_nodes: number
  nodes: string[]
  /**
   * A quorum of every partition can be reached.
   */
  reachable: boolean
  partitions: number
  /**
   * 0 = there is no ring yet.
   */
  version: number
  cluster: string | null
  shards: ShardInfo[]
  /**
   * A change that is under way; null when every partition is where it shall be.
   */
  rebalance: Rebalance | null
  /**
   * What a person should know or do.
   */
  problems: string[]
}
export interface ShardInfo {
  id: string
  node: string
  /**
   * Replicas stand in different ones where they can.
   */
  zone: string | null
  health: 'up' | 'suspect' | 'down'
  /**
   * On its disk, those of outgoing partitions among them.
   */
  keys: number | null
  /**
   * False when its disk is full.
   */
  writable: boolean | null
  problem: string | null
  cache: ShardCache | null
  /**
   * Of which it holds a copy.
   */
  partitions: number
  /**
   * Have moved away; their rows count in `keys` until they are removed.
   */
  partitions_outgoing: number
  /**
   * Rows that other shards keep in mind for it.
   */
  hints: number
  /**
   * It goes once others hold what it holds.
   */
  leaving: boolean
}
/**
 * Reads since it started that rows in its memory could answer, and could not.
 */
export interface ShardCache {
  hits: number
  misses: number
  items: number
}
export interface Rebalance {
  kind: 'add' | 'remove' | 'replace' | 'reconfigure'
  /**
   * Not yet where they shall be.
   */
  partitions_left: number
  partitions_total: number
  partitions_moved: number
  /**
   * Of those left; old and new shards hold them together.
   */
  partitions_moving: number
  /**
   * elsewhere: another coordinator carries it out and tells more.
   */
  state: 'moving' | 'waiting' | 'elsewhere'
  /**
   * Since it was taken up; null = told elsewhere.
   */
  rows_moved: number | null
  /**
   * Since it was taken up; null = told elsewhere.
   */
  bytes_moved: number | null
  /**
   * Why it does not go on; null = it does.
   */
  waiting_for: string | null
}
/**
 * Since this coordinator cares for the replicas; null: another one does.
 */
export interface Care {
  /**
   * Rows that shards keep in mind for one that missed them.
   */
  hintsWaiting: number
  /**
   * Whose replicas were compared, and left equal.
   */
  partitionsRepaired: number
  /**
   * Since then, of the partition that waits longest.
   */
  repairAgeSeconds: number
  /**
   * Found to be missing or other on some replica.
   */
  rowsDiverged: number
  /**
   * To the replicas that lacked them.
   */
  bytesCarried: number
}
export interface Ok {
  status: 'ok'
}
/**
 * The document. Conditional keys: ETag names this content of it.
 */
export interface Found {
  value: {
    [k: string]: unknown
  }
}
export interface Alert {
  _token?: string
  piano?: unknown
  timestamp?: unknown
  /**
   * @maxItems 1000
   */
  eventi?: unknown[]
  raw?: unknown
  [k: string]: unknown
}
export interface RingChange {
  status: 'success' | 'warning'
  message: string
  nodes: string[]
}
export interface RingPreview {
  partitions_to_move: number
  of: number
  per_shard: {
    node: string
    before: number
    after: number
  }[]
  /**
   * Keys that would be copied, about; once for each new copy.
   */
  keys_estimate: number
}
export interface ThresholdSetInput {
  delta_kwh_max?: number
  kw_max?: number
  corrente_max?: number
  tensione_max?: number
}
