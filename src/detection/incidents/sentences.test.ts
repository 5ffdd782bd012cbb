/**
 * What an incident says to a person, in both languages, from its evidence.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEvidence, MONDAY_MS } from '../../../test/support/evidence.ts'
import { METRICS } from '../../model/alert.ts'
import { CAUSES, EVIDENCE_CHANNELS, PHASES } from '../../model/incident.ts'
import { sentenceOf, type Told } from './sentences.ts'

/** Longer ones are cut on their way to people (live/alert-record.ts). */
const CHARACTERS_MAX = 500

const told = (change: Partial<Told> = {}): Told => ({
  ...{ floor: 2, metric: 'kw', cause: 'higher', phase: 'opened' },
  ...{ endedBy: 'readings', startMs: MONDAY_MS, foundMs: MONDAY_MS, evidence: anEvidence() },
  ...change,
})
const both = (change: Partial<Told> = {}) =>
  (['it', 'en'] as const).map((language) => sentenceOf(told(change), language))

test('a value, what was expected, when, and how sure that is', () => {
  assert.deepEqual(both(), [
    'Piano 2: potenza 12 kW, più alta del previsto per Lun 08:30: atteso 6 kW (da 4 kW a 8 kW).' +
      ' Per caso 0,004 volte al mese (ammesse 0,04), su 40 confronti.',
    'Floor 2: power 12 kW, higher than expected for Mon 08:30: expected 6 kW (from 4 kW to 8 kW).' +
      ' By chance 0.004 times a month (0.04 are allowed), over 40 comparisons.',
  ])
})

test('each cause asks the question that it is', () => {
  const stuck = anEvidence({ channel: 'stuck', direction: 'none', statistic: 40 })
  const silence = anEvidence({ channel: 'silence', value: 1_800, expected: 60 })
  assert.match(both({ cause: 'level' }).join(' '), /Confermare\?.*Confirm\?/)
  assert.match(both({ cause: 'stuck', evidence: stuck }).join(' '), /da 40 letture.*40 readings/)
  assert.deepEqual(both({ cause: 'silent', evidence: silence }), [
    'Piano 2: nessuna lettura da 30 min; la pausa più lunga era di 60 s.',
    'Floor 2: no reading for 30 min; the longest pause was 60 s.',
  ])
})

test('worse says so first, closed says how long and how far it went', () => {
  assert.match(both({ phase: 'worse' }).join(' '), /^Peggiora\. .*Getting worse\. /)
  const nineHours = { phase: 'closed', foundMs: MONDAY_MS + 9 * 3_600_000 } as const
  assert.deepEqual(both(nineHours), [
    'Piano 2: potenza di nuovo nella norma dopo 9 h; estremo 12 kW, Lun 08:30.',
    'Floor 2: power back to normal after 9 h; extreme 12 kW, Mon 08:30.',
  ])
  assert.equal(
    both({ phase: 'closed' })[1],
    'Floor 2: power back to normal; extreme 12 kW, Mon 08:30.',
  )
  assert.deepEqual(both({ ...nineHours, cause: 'stuck' }), [
    'Piano 2: potenza si muove di nuovo dopo 9 h; era ferma su 12 kW.',
    'Floor 2: power moves again after 9 h; it stood at 12 kW.',
  ])
})

test('what a replaced rule had open ends with that reason, whatever its cause', () => {
  const replaced = { phase: 'closed', endedBy: 'new-rule' } as const
  assert.deepEqual(both({ ...replaced, foundMs: MONDAY_MS + 9 * 3_600_000 }), [
    'Piano 2: potenza senza più allarme dopo 9 h: la regola è cambiata e la nuova non lo trova; ' +
      'estremo 12 kW, Lun 08:30.',
    'Floor 2: power no longer in alarm after 9 h: the rule was replaced and the new one does not ' +
      'find it; extreme 12 kW, Mon 08:30.',
  ])
  for (const cause of CAUSES) {
    assert.match(both({ ...replaced, cause }).join(' '), /la regola è.*the rule was replaced/)
  }
})

test('numbers have the digits that a person reads', () => {
  const amount = (value: number) =>
    /power ([\d.-]+) kW/.exec(both({ evidence: anEvidence({ value }) })[1] ?? '')?.[1]
  assert.deepEqual([1666.729, 12.3456, 0.123456, -3, 0].map(amount), [
    '1667',
    '12.35',
    '0.123',
    '-3',
    '0',
  ])
})

test('no sentence is so long that it is cut, and none has a number that is none', () => {
  const extreme = { value: -123_456.789, expected: 1e-9, low: -1e6, high: 1e6, statistic: 100_000 }
  for (const cause of CAUSES) {
    for (const phase of PHASES) {
      for (const metric of METRICS) {
        for (const channel of EVIDENCE_CHANNELS) {
          const evidence = anEvidence({
            ...extreme,
            channel,
            isLikeSunday: true,
            comparable: 99_999,
          })
          for (const text of both({ cause, phase, metric, evidence })) {
            assert.ok(text.length < CHARACTERS_MAX, text)
            assert.doesNotMatch(text, /NaN|undefined|Infinity/)
          }
        }
      }
    }
  }
})
