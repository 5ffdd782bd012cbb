/**
 * Settings of whatever makes readings: the simulated building, replay, and the synthetic history.
 */

import { EPISODE_KINDS, type EpisodeKind } from '../../meters/labelled-episodes.ts'
import {
  BUILDING_DEFAULTS as BUILDING,
  OUTLIER_KINDS,
  type OutlierKind,
} from '../../meters/simulator-options.ts'
import { parseTimestamp } from '../../model/timestamp.ts'
import { integer, list, number, path, type Role, text, toggle } from './setting.ts'

const SIMULATORS: readonly Role[] = ['up', 'simulate']

/** A tuning value of the simulated building: environment and file only. */
const tune = (environment: string, fallback: number, help: string, unit?: string) =>
  number({
    help,
    ...(unit ? { unit } : {}),
    fallback,
    min: 0,
    environment: [environment],
    roles: SIMULATORS,
  })

/** A tuning value of the synthetic history. */
const history = (environment: string, fallback: number, help: string, unit: string) =>
  number({
    help,
    unit,
    fallback,
    min: 0,
    environment: [environment],
    roles: ['up', 'populate-history'],
  })

export const meterSettings = {
  simulate: toggle({
    help: 'Whether `up` has a simulated building, and makes up a past for it.',
    fallback: true,
    flag: '--no-simulate',
    environment: ['SIMULATE'],
    roles: ['up'],
  }),
  intervalSeconds: number({
    help: 'Time between two readings of a floor.',
    unit: 's',
    fallback: BUILDING.intervalSeconds,
    fallbackByRole: { up: 5 },
    min: 0.01,
    flag: '--interval-seconds',
    environment: ['SIM_INTERVAL_SECONDS'],
    roles: SIMULATORS,
  }),
  anomalyRate: number({
    help: 'Probability of an injected anomaly, for each floor and tick.',
    fallback: BUILDING.anomalyRate,
    min: 0,
    max: 1,
    flag: '--anomaly-rate',
    environment: ['SIM_OUTLIER_PROB'],
    roles: SIMULATORS,
  }),
  simSeed: text({
    help: 'The same seed and start give the same stream again.',
    fallback: '42',
    flag: '--seed',
    environment: ['SIM_SEED'],
    roles: SIMULATORS,
  }),
  simStart: {
    ...text({
      help: 'Time of the first reading; without it, now.',
      fallback: null,
      flag: '--start',
      environment: ['SIM_START'],
      roles: ['simulate'],
      rule: 'an ISO 8601 time with an offset or Z',
    }),
    parse: (value: string) => (parseTimestamp(value) === undefined ? undefined : value),
  },
  simTicks: integer({
    help: 'End after so many ticks; without it the simulation never ends.',
    fallback: null,
    min: 1,
    flag: '--ticks',
    environment: ['SIM_TICKS'],
    roles: ['simulate'],
  }),
  simOutlierSequence: list(parseOutlier, {
    help: 'Kinds of injected anomalies, in turn.',
    fallback: BUILDING.outlierSequence,
    environment: ['SIM_OUTLIER_SEQUENCE'],
    roles: SIMULATORS,
    rule: `${OUTLIER_KINDS.join(', ')}, between commas`,
  }),
  simEpisodeKinds: list(parseEpisode, {
    help: 'Labelled episodes that are laid over the floors, in turn; none when empty.',
    fallback: [],
    environment: ['SIM_EPISODE_KINDS'],
    roles: SIMULATORS,
    rule: `${EPISODE_KINDS.join(', ')}, between commas`,
  }),
  simEpisodeEveryHours: number({
    help: 'Rest of a floor between two episodes.',
    unit: 'h',
    fallback: 96,
    min: 0.01,
    environment: ['SIM_EPISODE_EVERY_HOURS'],
    roles: SIMULATORS,
  }),
  simBaseKwFloor1: tune('SIM_BASE_KW_FLOOR1', BUILDING.baseKw[0], 'Base power of floor 1.', 'kW'),
  simBaseKwFloor2: tune('SIM_BASE_KW_FLOOR2', BUILDING.baseKw[1], 'Base power of floor 2.', 'kW'),
  simBaseKwFloor3: tune('SIM_BASE_KW_FLOOR3', BUILDING.baseKw[2], 'Base power of floor 3.', 'kW'),
  simNoiseKwStd: tune('SIM_NOISE_KW_STD', BUILDING.noiseKwStd, 'Noise of the power.', 'kW'),
  simNoiseAStd: tune('SIM_NOISE_A_STD', BUILDING.noiseAStd, 'Noise of the current.', 'A'),
  simNoiseVStd: tune('SIM_NOISE_V_STD', BUILDING.noiseVStd, 'Noise of the voltage.', 'V'),
  simBaselineJitterStd: tune(
    'SIM_BASELINE_JITTER_STD',
    BUILDING.baselineJitterStd,
    'Jitter of the base.',
    'kW',
  ),
  simAmpPerKw: tune('SIM_AMP_PER_KW', BUILDING.ampPerKw, 'Current for each kW.', 'A'),
  simBaseVolt: tune('SIM_BASE_VOLT', BUILDING.baseVolt, 'Base voltage.', 'V'),
  simAmpSpikeCoupling: tune(
    'SIM_AMP_SPIKE_COUPLING',
    BUILDING.ampSpikeCoupling,
    'How much of a power outlier the current follows.',
  ),
  simOutlierKwFactor: tune(
    'SIM_OUTLIER_KW_FACTOR',
    BUILDING.outlierKwFactor,
    'Power outlier, times.',
  ),
  simOutlierAFactor: tune(
    'SIM_OUTLIER_A_FACTOR',
    BUILDING.outlierAFactor,
    'Current outlier, times.',
  ),
  simOutlierVBump: tune(
    'SIM_OUTLIER_V_BUMP',
    BUILDING.outlierVBump,
    'Voltage outlier, added.',
    'V',
  ),
  simKwhSpikeProb: tune(
    'SIM_KWH_SPIKE_PROB',
    BUILDING.kwhSpikeProb,
    'Probability of an energy spike.',
  ),
  simKwhSpikeMult: tune('SIM_KWH_SPIKE_MULT', BUILDING.kwhSpikeMult, 'Energy spike, times.'),
  simShiftProb: tune('SIM_SHIFT_PROB', BUILDING.shiftProb, 'Probability that a shift begins.'),
  simShiftFactor: tune('SIM_SHIFT_FACTOR', BUILDING.shiftFactor, 'Power during a shift, times.'),
  simShiftDurationMin: tune(
    'SIM_SHIFT_DURATION_MIN',
    BUILDING.shiftDurationMinSeconds,
    'Shortest shift.',
    's',
  ),
  simShiftDurationMax: tune(
    'SIM_SHIFT_DURATION_MAX',
    BUILDING.shiftDurationMaxSeconds,
    'Longest shift.',
    's',
  ),
  simDriftStepKw: tune('SIM_DRIFT_STEP_KW', BUILDING.driftStepKw, 'Step of the power drift.', 'kW'),
  simDriftStepV: tune('SIM_DRIFT_STEP_V', BUILDING.driftStepV, 'Step of the voltage drift.', 'V'),
  histDays: integer({
    help: 'Days of synthetic history.',
    unit: 'days',
    fallback: 130,
    min: 1,
    max: 3_650,
    flag: '--days',
    environment: ['HIST_DAYS'],
    roles: ['up', 'populate-history'],
  }),
  histBaseKwFloor1: history('HIST_BASE_KW_FLOOR1', 5.8, 'Base power of floor 1 in history.', 'kW'),
  histBaseKwFloor2: history('HIST_BASE_KW_FLOOR2', 6.3, 'Base power of floor 2 in history.', 'kW'),
  histBaseKwFloor3: history('HIST_BASE_KW_FLOOR3', 6.9, 'Base power of floor 3 in history.', 'kW'),
  histAmpPerKw: history('HIST_AMP_PER_KW', 2.2, 'Current for each kW in history.', 'A'),
  histBaseVolt: history('HIST_BASE_VOLT', 226, 'Base voltage in history.', 'V'),
  histKwNoiseStd: history('HIST_KW_NOISE_STD', 0.6, 'Noise of the power in history.', 'kW'),
  histAmpNoiseStd: history('HIST_AMP_NOISE_STD', 0.7, 'Noise of the current in history.', 'A'),
  histVNoiseStd: history('HIST_V_NOISE_STD', 3.5, 'Noise of the voltage in history.', 'V'),
  speed: {
    ...text({
      help: 'How fast recorded time passes: a factor, or `max` for as fast as it can.',
      fallback: '1',
      flag: '--speed',
      roles: ['replay'],
      rule: 'a number > 0, or max',
    }),
    parse: (value: string) => (value === 'max' || Number(value) > 0 ? value : undefined),
  },
  mapping: path({
    help: 'File (YAML or JSON) that says which columns are which sensors of which floor.',
    fallback: null,
    flag: '--mapping',
    environment: ['REPLAY_MAPPING'],
    roles: ['replay'],
  }),
  loop: toggle({
    help: 'Begin again at the end.',
    fallback: false,
    flag: '--loop',
    roles: ['replay'],
  }),
  shiftToNow: toggle({
    help: 'Move recorded times to now: the first, or with speed max the last.',
    fallback: false,
    flag: '--shift-to-now',
    roles: ['replay'],
  }),
} as const

function parseEpisode(entry: string): EpisodeKind | undefined {
  return EPISODE_KINDS.find((kind) => kind === entry)
}

function parseOutlier(entry: string): OutlierKind | undefined {
  return OUTLIER_KINDS.find((one) => one === entry)
}
