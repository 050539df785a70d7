import type { Surroundings } from '../../core/stage.ts'
import { writeReport } from '../../reports/report.ts'
import { calibrateTask } from './calibrate-task.ts'
import { evaluateTask } from './evaluate-task.ts'
import { examineTask } from './examine-task.ts'
import { fitTask } from './fit-task.ts'
import { importanceTask } from './importance-task.ts'
import { scoreTask } from './score-task.ts'

/** What a task may know of the world; `signal` is polled, not listened to. */
export type TaskContext = Surroundings

/** Everything the compute workers can do: plain data in, plain data out, shared memory for the columns. */
export const tasks = {
  fit: fitTask,
  calibrate: calibrateTask,
  evaluate: evaluateTask,
  examine: examineTask,
  importance: importanceTask,
  score: scoreTask,
  // Drawing takes some hundred milliseconds, in which the main thread would not hear a signal.
  report: writeReport,
} as const

export type TaskName = keyof typeof tasks
export type TaskInput<N extends TaskName> = Parameters<(typeof tasks)[N]>[0]
export type TaskOutput<N extends TaskName> = Awaited<ReturnType<(typeof tasks)[N]>>
