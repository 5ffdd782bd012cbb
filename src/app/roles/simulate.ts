/**
 * The simulated building as a process or a part of one.
 */
import { seededRandom } from '../../adapters/seeded-random.ts'
import { createSimulator } from '../../meters/simulator.ts'
import type { SimulatorOptions } from '../../meters/simulator-options.ts'
import { parseTimestamp } from '../../model/timestamp.ts'
import { LABELS_TOPIC } from '../../model/topics.ts'
import type { Log } from '../../ports/log.ts'
import type { Invocation } from '../command.ts'
import type { Context } from '../context.ts'
import { type Part, part } from '../part.ts'
import { runStage } from '../run-stage.ts'
import type { Settings } from '../settings.ts'

export function runSimulate(invocation: Invocation): Promise<number> {
  return runStage(invocation, async (context, log) => simulatePart(context, log))
}

export function simulatePart({ clock, trace, settings }: Context, log: Log): Part {
  const random = seededRandom(settings.simSeed)
  const service = createSimulator({ clock, random, trace, log }, optionsOf(settings))
  return part([{ name: 'simulator', service }])
}

function optionsOf(settings: Settings): SimulatorOptions {
  return {
    ...{ topic: settings.topic, labelsTopic: LABELS_TOPIC },
    startMs: settings.simStart === null ? null : (parseTimestamp(settings.simStart) ?? null),
    ticks: settings.simTicks,
    episodeKinds: settings.simEpisodeKinds,
    episodeEveryHours: settings.simEpisodeEveryHours,
    intervalSeconds: settings.intervalSeconds,
    timeZone: settings.siteTimezone,
    baseKw: [settings.simBaseKwFloor1, settings.simBaseKwFloor2, settings.simBaseKwFloor3],
    noiseKwStd: settings.simNoiseKwStd,
    noiseAStd: settings.simNoiseAStd,
    noiseVStd: settings.simNoiseVStd,
    baselineJitterStd: settings.simBaselineJitterStd,
    ampPerKw: settings.simAmpPerKw,
    baseVolt: settings.simBaseVolt,
    ampSpikeCoupling: settings.simAmpSpikeCoupling,
    anomalyRate: settings.anomalyRate,
    outlierSequence: settings.simOutlierSequence,
    outlierKwFactor: settings.simOutlierKwFactor,
    outlierAFactor: settings.simOutlierAFactor,
    outlierVBump: settings.simOutlierVBump,
    kwhSpikeProb: settings.simKwhSpikeProb,
    kwhSpikeMult: settings.simKwhSpikeMult,
    shiftProb: settings.simShiftProb,
    shiftFactor: settings.simShiftFactor,
    shiftDurationMinSeconds: settings.simShiftDurationMin,
    shiftDurationMaxSeconds: settings.simShiftDurationMax,
    driftStepKw: settings.simDriftStepKw,
    driftStepV: settings.simDriftStepV,
  }
}
