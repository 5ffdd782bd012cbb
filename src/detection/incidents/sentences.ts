/**
 * What an incident says to a person, in Italian and in English, from its evidence alone: what was
 * read, what was expected and why, how sure that is. Two short sentences; the numbers stand in the
 * evidence for whoever wants more.
 */
import type { Metric } from '../../model/alert.ts'
import type { Cause, EndedBy, Evidence, Phase } from '../../model/incident.ts'
import { must } from '../../model/must.ts'
import { METRIC_WORDS } from '../wording.ts'

export interface Told {
  readonly floor: number
  readonly metric: Metric
  readonly cause: Cause
  readonly phase: Phase
  /** Of use where it closes. */
  readonly endedBy: EndedBy
  readonly startMs: number
  /** When it was found last. */
  readonly foundMs: number
  /** Of the change; where it closes, of its peak. */
  readonly evidence: Evidence
}

export type Language = 'it' | 'en'

export function sentenceOf(told: Told, language: Language): string {
  const words = WORDS[language]
  const floor = `${words.floor} ${told.floor}:`
  const about = told.cause === 'silent' ? floor : `${floor} ${words.metrics[told.metric]}`
  if (told.phase === 'closed') return `${about} ${words.closed(closingOf(told, language))}`
  const saying = sayingOf(told, language)
  const said = `${about} ${words.causes[told.cause](saying)}${words.why(saying)}`
  return told.phase === 'worse' ? `${words.worse} ${said}` : said
}

/** Amounts as texts, ready to be put into a sentence. */
interface Saying {
  readonly evidence: Evidence
  readonly value: string
  readonly expected: string
  readonly low: string
  readonly high: string
  /** For example "Lun 08:30". */
  readonly slot: string
  readonly rate: string
  readonly share: string
}

interface Closing {
  readonly cause: Cause
  readonly endedBy: EndedBy
  /** For example " dopo 40 min"; empty where it was one reading. */
  readonly after: string
  readonly peak: string
  readonly slot: string
}

interface Words {
  readonly floor: string
  readonly worse: string
  readonly metrics: Readonly<Record<Metric, string>>
  readonly days: readonly string[]
  readonly causes: Readonly<Record<Cause, (saying: Saying) => string>>
  why(saying: Saying): string
  closed(closing: Closing): string
}

const ITALIAN: Words = {
  floor: 'Piano',
  worse: 'Peggiora.',
  metrics: { kw: 'potenza', corrente: 'corrente', tensione: 'tensione', delta_kwh: 'energia' },
  days: ['Lun', 'Mar', 'Mer', 'Gio', 'Ven', 'Sab', 'Dom'],
  causes: {
    higher: (one) => `${one.value}, più alta del previsto ${contextIt(one)}`,
    lower: (one) => `${one.value}, più bassa del previsto ${contextIt(one)}`,
    level: (one) => `${one.value}: il livello è cambiato, di solito ${one.expected}. Confermare?`,
    stuck: ({ value, evidence }) =>
      `ferma su ${value} da ${evidence.statistic} letture: il contatore si è bloccato?`,
    silent: ({ evidence: { value, expected } }) =>
      `nessuna lettura da ${spanText(value, 'it')}; ` +
      `la pausa più lunga era di ${spanText(expected, 'it')}.`,
  },
  why: ({ evidence, rate, share }) =>
    evidence.channel === 'silence'
      ? ''
      : ` Per caso ${rate} volte al mese (ammesse ${share}), ` +
        `su ${evidence.comparable} confronti.${evidence.isLikeSunday ? ' Forse un festivo.' : ''}`,
  closed: ({ cause, endedBy, after, peak, slot }) => {
    const extreme = `estremo ${peak}, ${slot}.`
    if (endedBy === 'new-rule') {
      return `senza più allarme${after}: la regola è cambiata e la nuova non lo trova; ${extreme}`
    }
    if (cause === 'silent') return `di nuovo letture${after}.`
    if (cause === 'level') return `di nuovo al livello atteso${after}.`
    if (cause === 'stuck') return `si muove di nuovo${after}; era ferma su ${peak}.`
    return `di nuovo nella norma${after}; ${extreme}`
  },
}

const ENGLISH: Words = {
  floor: 'Floor',
  worse: 'Getting worse.',
  metrics: { kw: 'power', corrente: 'current', tensione: 'voltage', delta_kwh: 'energy' },
  days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  causes: {
    higher: (one) => `${one.value}, higher than expected ${contextEn(one)}`,
    lower: (one) => `${one.value}, lower than expected ${contextEn(one)}`,
    level: (one) => `${one.value}: the level has changed, usually ${one.expected}. Confirm?`,
    stuck: ({ value, evidence }) =>
      `has said ${value} for ${evidence.statistic} readings: is the meter stuck?`,
    silent: ({ evidence: { value, expected } }) =>
      `no reading for ${spanText(value, 'en')}; ` +
      `the longest pause was ${spanText(expected, 'en')}.`,
  },
  why: ({ evidence, rate, share }) =>
    evidence.channel === 'silence'
      ? ''
      : ` By chance ${rate} times a month (${share} are allowed), ` +
        `over ${evidence.comparable} comparisons.` +
        (evidence.isLikeSunday ? ' Perhaps a holiday.' : ''),
  closed: ({ cause, endedBy, after, peak, slot }) => {
    const extreme = `extreme ${peak}, ${slot}.`
    if (endedBy === 'new-rule') {
      const reason = 'the rule was replaced and the new one does not find it'
      return `no longer in alarm${after}: ${reason}; ${extreme}`
    }
    if (cause === 'silent') return `readings again${after}.`
    if (cause === 'level') return `at the expected level again${after}.`
    if (cause === 'stuck') return `moves again${after}; it stood at ${peak}.`
    return `back to normal${after}; ${extreme}`
  },
}

const WORDS: Readonly<Record<Language, Words>> = { it: ITALIAN, en: ENGLISH }

function contextIt({ evidence, expected, low, high, slot }: Saying): string {
  const band = `atteso ${expected} (da ${low} a ${high})`
  if (evidence.channel === 'surprise') return `dopo le ultime letture: ${band}.`
  return evidence.channel === 'hours' ? `da alcune ore: ${band}.` : `per ${slot}: ${band}.`
}

function contextEn({ evidence, expected, low, high, slot }: Saying): string {
  const band = `expected ${expected} (from ${low} to ${high})`
  if (evidence.channel === 'surprise') return `after the last readings: ${band}.`
  return evidence.channel === 'hours' ? `for some hours: ${band}.` : `for ${slot}: ${band}.`
}

function sayingOf({ evidence, metric }: Told, language: Language): Saying {
  const amount = (value: number) => amountText(metric, value, language)
  const { value, expected, low, high, ratePerMonth, sharePerMonth } = evidence
  return {
    evidence,
    value: amount(value),
    ...{ expected: amount(expected), low: amount(low), high: amount(high) },
    slot: slotText(evidence, language),
    rate: rateText(ratePerMonth, language),
    share: rateText(sharePerMonth, language),
  }
}

const AFTER: Readonly<Record<Language, string>> = { it: 'dopo', en: 'after' }

function closingOf(told: Told, language: Language): Closing {
  const { cause, endedBy, metric, startMs, foundMs, evidence } = told
  const seconds = (foundMs - startMs) / 1000
  return {
    ...{ cause, endedBy },
    after: seconds === 0 ? '' : ` ${AFTER[language]} ${spanText(seconds, language)}`,
    peak: amountText(metric, evidence.value, language),
    slot: slotText(evidence, language),
  }
}

function slotText({ weekday, halfHour }: Evidence, language: Language): string {
  const hours = String(Math.floor(halfHour / 2)).padStart(2, '0')
  return `${must(WORDS[language].days[weekday])} ${hours}:${halfHour % 2 === 0 ? '00' : '30'}`
}

/** What people say of a stretch of time: 40 s, 12 min, 9 h. */
function spanText(seconds: number, language: Language): string {
  if (seconds < 120) return `${numberText(seconds, 0, language)} s`
  const minutes = seconds / 60
  if (minutes < 120) return `${numberText(minutes, 0, language)} min`
  return `${numberText(minutes / 60, 1, language)} h`
}

/** Digits that a person reads, and never fewer than stand before the point. */
const DIGITS = 4

function amountText(metric: Metric, value: number, language: Language): string {
  const { unit, decimals } = METRIC_WORDS[metric]
  const before = Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1)) + 1)
  const shown = Math.min(decimals, Math.max(0, DIGITS - before))
  return `${numberText(value, shown, language)} ${unit}`
}

/** Two digits, and nothing rarer than a thousandth. */
function rateText(rate: number, language: Language): string {
  if (rate < 0.001) return language === 'it' ? 'meno di 0,001' : 'less than 0.001'
  return numberText(Number(rate.toPrecision(2)), 3, language)
}

function numberText(value: number, decimals: number, language: Language): string {
  const text = String(Number(value.toFixed(decimals)))
  return language === 'it' ? text.replace('.', ',') : text
}
