/** Made by `npm run api-types` out of the running services; never edit it. */

export interface Api {
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
    /**
     * A quorum holds it on its disks. Conditional keys: ETag names what stands there now.
     */
    answer: {
      status: 'ok'
      replicas_ok: number
      targets: string[]
    }
  }
  /**
   * The thresholds in force; with x-energyguard-last-known when the store cannot be asked.
   */
  'GET /admin/thresholds': {
    answer: {
      default: {
        delta_kwh_max: number
        kw_max: number
        corrente_max: number
        tensione_max: number
      }
      per_floor: {
        [k: string]: {
          delta_kwh_max: number
          kw_max: number
          corrente_max: number
          tensione_max: number
        }
      }
    }
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
      anomaly: {
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
      }
      /**
       * Where a client was is no longer known: all alarms that are.
       */
      gap: {
        items: {
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
        }[]
        total: number
      }
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
      anomaly: {
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
      }
      /**
       * Where a client was is no longer known: all alarms that are.
       */
      gap: {
        items: {
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
        }[]
        total: number
      }
      /**
       * As it was sent, with whatever else the meter says.
       */
      reading: {
        piano: number
        timestamp: string
        sensore1_kwh?: number
        sensore2_kw?: number
        sensore3_corrente?: number
        sensore3_tensione?: number
        delta_kwh?: number
        [k: string]: unknown
      }
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
      points: {
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
      }[]
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
      pipeline: {
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
      }[]
      store: {
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
        shards: {
          id: string
          node: string
          health: 'up' | 'suspect' | 'down'
          keys: number | null
          /**
           * False when its disk is full.
           */
          writable: boolean | null
          problem: string | null
          cache: {
            hits: number
            misses: number
            items: number
          } | null
          /**
           * Of which it holds a copy.
           */
          partitions: number
          /**
           * Rows that other shards keep in mind for it.
           */
          hints: number
          /**
           * It goes once others hold what it holds.
           */
          leaving: boolean
        }[]
        /**
         * A change that is under way; null when every partition is where it shall be.
         */
        rebalance: {
          kind: 'add' | 'remove' | 'replace' | 'reconfigure'
          partitions_left: number
          partitions_total: number
        } | null
        /**
         * What a person should know or do.
         */
        problems: string[]
      }
      care: {
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
      } | null
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
    answer: {
      status: 'ok'
    }
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
    /**
     * The document. Conditional keys: ETag names this content of it.
     */
    answer: {
      value: {
        [k: string]: unknown
      }
    }
  }
  /**
   * The process lives.
   */
  'GET /livez': {
    answer: {
      status: 'ok'
    }
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
    answer: {
      items: {
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
      }[]
      total: number
    }
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
    answer: {
      status: 'ok'
    }
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
    answer: {
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
      shards: {
        id: string
        node: string
        health: 'up' | 'suspect' | 'down'
        keys: number | null
        /**
         * False when its disk is full.
         */
        writable: boolean | null
        problem: string | null
        cache: {
          hits: number
          misses: number
          items: number
        } | null
        /**
         * Of which it holds a copy.
         */
        partitions: number
        /**
         * Rows that other shards keep in mind for it.
         */
        hints: number
        /**
         * It goes once others hold what it holds.
         */
        leaving: boolean
      }[]
      /**
       * A change that is under way; null when every partition is where it shall be.
       */
      rebalance: {
        kind: 'add' | 'remove' | 'replace' | 'reconfigure'
        partitions_left: number
        partitions_total: number
      } | null
      /**
       * What a person should know or do.
       */
      problems: string[]
    }
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
    body: {
      _token?: string
      piano?: unknown
      timestamp?: unknown
      eventi?: unknown[]
      raw?: unknown
      [k: string]: unknown
    }
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
    answer:
      | {
          status: 'success' | 'warning'
          message: string
          nodes: string[]
        }
      | {
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
  }
  /**
   * Takes back the change that is under way.
   */
  'POST /sharding/cancel': {
    answer: {
      status: 'success' | 'warning'
      message: string
      nodes: string[]
    }
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
      rows: (
        | {
            lane: 'plain'
            key: string
            /**
             * Null: it was deleted.
             */
            text: string | null
            order: number
            /**
             * Hybrid time, see the page on versions.
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
      )[]
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
      rows: (
        | {
            lane: 'plain'
            key: string
            /**
             * Null: it was deleted.
             */
            text: string | null
            order: number
            /**
             * Hybrid time, see the page on versions.
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
      )[]
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
    answer: {
      status: 'success' | 'warning'
      message: string
      nodes: string[]
    }
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
    answer: {
      status: 'success' | 'warning'
      message: string
      nodes: string[]
    }
  }
  /**
   * Replaces them all; a field left out of a set takes its default.
   */
  'PUT /admin/thresholds': {
    body: {
      default?: {
        delta_kwh_max?: number
        kw_max?: number
        corrente_max?: number
        tensione_max?: number
      }
      per_floor?: {
        [k: string]: {
          delta_kwh_max?: number
          kw_max?: number
          corrente_max?: number
          tensione_max?: number
        }
      }
    }
    answer: {
      status: 'ok'
      thresholds: {
        default: {
          delta_kwh_max: number
          kw_max: number
          corrente_max: number
          tensione_max: number
        }
        per_floor: {
          [k: string]: {
            delta_kwh_max: number
            kw_max: number
            corrente_max: number
            tensione_max: number
          }
        }
      }
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
    /**
     * A quorum holds it on its disks. Conditional keys: ETag names what stands there now.
     */
    answer: {
      status: 'ok'
      replicas_ok: number
      targets: string[]
    }
  }
}
