/**
 * A thread that measures one task of the benchmark of detection after the other, as they are sent.
 */
import { parentPort } from 'node:worker_threads'
import { must } from '../../src/model/must.ts'
import { type DetectionTask, measure } from '../support/detection-tasks.ts'

const port = must(parentPort)
port.on('message', (task: DetectionTask) => port.postMessage(measure(task)))
