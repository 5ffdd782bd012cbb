#!/usr/bin/env node
/**
 * The command `energyguard` on any Node from 20. The sources need the Node that the project brings
 * along as a dependency; where the running one is older, this file hands over to that binary,
 * passes signals on to it and ends as it ended. Plain JavaScript without any dependency, since it
 * must run where nothing else does.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR_MIN = 26
const PROGRAM = fileURLToPath(new URL('./energyguard.ts', import.meta.url))
const FAILED = 1

const major = Number(process.versions.node.split('.')[0])
if (!existsSync(new URL('../node_modules/commander', import.meta.url))) {
  complain('The dependencies are not installed. Run `npm install` in the folder of EnergyGuard.')
} else if (major >= NODE_MAJOR_MIN) {
  await import(PROGRAM)
} else {
  handOver(projectNode())
}

/** The Node that `npm install` brought, or undefined. */
function projectNode() {
  const places = ['../node_modules/node/bin/node', '../node_modules/.bin/node']
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  return paths.find((path) => existsSync(path))
}

function handOver(node) {
  if (!node) {
    complain(
      `This is Node ${process.versions.node}; EnergyGuard needs ${NODE_MAJOR_MIN} and brings it ` +
        'along. Run `npm install` in its folder.',
    )
    return
  }
  const child = spawn(node, [PROGRAM, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('error', (error) => complain(`Cannot start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (signal ? constants.signals[signal] : FAILED))
  })
}

function complain(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exitCode = FAILED
}
