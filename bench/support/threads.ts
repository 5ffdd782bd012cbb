/**
 * Tasks that only compute, shared among a few threads: each takes the next one when it is done with
 * the last. Answers come back in the order of the tasks.
 */
import { Worker } from 'node:worker_threads'
import { must } from '../../src/model/must.ts'

/** `onDone`: after each task, with how many are done, its place among the tasks and its answer. */
export async function onThreads<Task, Answer>(
  script: URL,
  tasks: readonly Task[],
  threads: number,
  onDone: (done: number, index: number, answer: Answer) => void,
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  let next = 0
  let done = 0
  const runOne = async (): Promise<void> => {
    const worker = new Worker(script)
    try {
      while (next < tasks.length) {
        const index = next
        next += 1
        const answer = await answerOf<Answer>(worker, must(tasks[index]))
        answers[index] = answer
        done += 1
        onDone(done, index, answer)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, tasks.length) }, runOne))
  return answers
}

function answerOf<Answer>(worker: Worker, task: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners()
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.postMessage(task)
  })
}
