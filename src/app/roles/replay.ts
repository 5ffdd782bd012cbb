/**
 * Recorded consumption as readings. Ends with the file, and says then how much it has sent.
 */
import { accessSync, constants } from 'node:fs'
import { recordedLines } from '../../adapters/recorded-file.ts'
import { type ReplayOptions, type ReplayWorld, replay, replayProblem } from '../../meters/replay.ts'
import { type ColumnMapping, parseColumnMapping } from '../../model/column-mapping.ts'
import type { Invocation } from '../command.ts'
import { part } from '../part.ts'
import { runStage } from '../run-stage.ts'
import { SettingsError } from '../settings/resolve.ts'
import type { Settings } from '../settings.ts'
import { readYamlFile } from '../yaml.ts'

export async function runReplay(invocation: Invocation): Promise<number> {
  const { args, json, output, resolved } = invocation
  const [path = ''] = args
  const options = optionsOf(resolved.settings)
  const problem = replayProblem(options)
  if (problem) throw new SettingsError(problem)
  mustBeReadable(path)
  return await runStage(invocation, async ({ clock, random, trace }, log) => {
    const lines = () => recordedLines(path)
    const world: ReplayWorld = { clock, random: random.fork('replay'), trace, log, lines }
    const run = async (signal: AbortSignal) => {
      const result = await replay(world, options, signal)
      output.data(json ? JSON.stringify(result) : `${result.sent} readings of ${result.rows} rows`)
    }
    return part([{ name: 'replay', service: { run } }])
  })
}

function optionsOf(settings: Settings): ReplayOptions {
  return {
    topic: settings.topic,
    speed: settings.speed === 'max' ? 'max' : Number(settings.speed),
    loop: settings.loop,
    shiftToNow: settings.shiftToNow,
    mapping: settings.mapping === null ? null : readMapping(settings.mapping),
  }
}

/** Before the log is opened and anything is announced. */
function mustBeReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    throw new SettingsError(`The recording cannot be read: ${(error as Error).message}`)
  }
}

function readMapping(path: string): ColumnMapping {
  try {
    const read = readYamlFile(path)
    if (read) return parseColumnMapping(read.document)
  } catch (error) {
    throw new SettingsError(`The mapping ${path} is wrong: ${(error as Error).message}`)
  }
  throw new SettingsError(`The mapping ${path} is not there (--mapping).`)
}
