/**
 * A command as everybody here is used to: `--help` tells all it takes, data goes to stdout and
 * messages to stderr, wrong usage is a sentence. The tools of this repository (sim, torture, bench)
 * are such commands as well as `energyguard`.
 */
import { Command as Commander, CommanderError, InvalidArgumentError } from 'commander'
import { EXIT_USAGE } from './lifecycle.ts'
import { type Output, processOutput } from './output.ts'

const HELP_WIDTH = 100

/** It throws CommanderError instead of ending the process. */
export function newCommand(name: string, output: Output = processOutput): Commander {
  return new Commander(name)
    .exitOverride()
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .configureHelp({ helpWidth: HELP_WIDTH })
    .configureOutput({
      writeOut: (text) => output.data(text.trimEnd()),
      writeErr: (text) => output.message(text.trimEnd()),
    })
}

/** 0 where help was asked for, 2 for wrong usage; both have been said already. */
export function exitCodeOf({ exitCode }: CommanderError): number {
  return exitCode === 0 ? 0 : EXIT_USAGE
}

/** Runs a tool on the arguments of this process, which `parse` reads; the exit code. */
export async function runTool<Arguments>(
  parse: (args: readonly string[]) => Arguments,
  run: (args: Arguments) => Promise<number>,
): Promise<number> {
  let args: Arguments
  try {
    args = parse(process.argv.slice(2))
  } catch (error) {
    if (error instanceof CommanderError) return exitCodeOf(error)
    throw error
  }
  return await run(args)
}

/** For options that take a whole number from 1. */
export function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1) return number
  throw new InvalidArgumentError('It is a whole number from 1.')
}

/** For options that take a number greater than 0. */
export function positiveNumber(text: string): number {
  const number = Number(text)
  if (number > 0 && Number.isFinite(number)) return number
  throw new InvalidArgumentError('It is a number greater than 0.')
}
