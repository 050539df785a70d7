import type { Command } from './command.ts'

export interface CatalogueEntry {
  readonly name: string
  /** As shown in `ebb help`. */
  readonly usage: string
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

export interface CommandGroup {
  readonly title: string
  readonly entries: readonly CatalogueEntry[]
}

/** Every command, grouped as `ebb help` shows them. Its file is loaded only when it is called. */
export const commandGroups: readonly CommandGroup[] = [
  {
    title: 'Train and look',
    entries: [
      {
        name: 'run',
        usage: 'run CONFIG',
        summary: 'the experiment: from events to scores and report',
        load: () => import('./commands/run.ts'),
      },
      {
        name: 'init',
        usage: 'init [DIR]',
        summary: 'a config for your own data, or a template that runs',
        load: () => import('./commands/init.ts'),
      },
      {
        name: 'check',
        usage: 'check CONFIG [--data]',
        summary: 'find every fault without training anything',
        load: () => import('./commands/check.ts'),
      },
      {
        name: 'audit',
        usage: 'audit CONFIG',
        summary: 'does anything know more than it may?',
        load: () => import('./commands/audit.ts'),
      },
      {
        name: 'features',
        usage: 'features CONFIG|RUN',
        summary: 'the features: list, describe, compare',
        load: () => import('./commands/features.ts'),
      },
      {
        name: 'analyze',
        usage: 'analyze definition CONFIG',
        summary: 'how long a silence makes a churn, by the data',
        load: () => import('./commands/analyze.ts'),
      },
      {
        name: 'report',
        usage: 'report RUN',
        summary: "write a run's report.html again",
        load: () => import('./commands/report.ts'),
      },
    ],
  },
  {
    title: 'Runs and scores',
    entries: [
      { name: 'runs', usage: 'runs', summary: 'list the runs', load: () => import('./commands/runs.ts') },
      {
        name: 'show',
        usage: 'show RUN',
        summary: 'one run, its leaderboard and files',
        load: () => import('./commands/show.ts'),
      },
      {
        name: 'diff',
        usage: 'diff A B',
        summary: 'what differs between two runs',
        load: () => import('./commands/diff.ts'),
      },
      {
        name: 'verify',
        usage: 'verify DIR',
        summary: 'check published scores again',
        load: () => import('./commands/verify.ts'),
      },
    ],
  },
  {
    title: 'Models elsewhere',
    entries: [
      {
        name: 'export',
        usage: 'export RUN --format F',
        summary: 'the model as ONNX, LightGBM text, JSON or SQL',
        load: () => import('./commands/export.ts'),
      },
      {
        name: 'models',
        usage: 'models import FILE',
        summary: 'score with a model of LightGBM or XGBoost',
        load: () => import('./commands/models.ts'),
      },
    ],
  },
  {
    title: 'Config and data',
    entries: [
      {
        name: 'config',
        usage: 'config CONFIG [--origin]',
        summary: 'the config with its defaults, and where from',
        load: () => import('./commands/config.ts'),
      },
      {
        name: 'schema',
        usage: 'schema',
        summary: 'JSON Schema of the config, for editors',
        load: () => import('./commands/schema.ts'),
      },
      {
        name: 'simulate',
        usage: 'simulate DIR',
        summary: 'an event log with a known truth',
        load: () => import('./commands/simulate.ts'),
      },
    ],
  },
  {
    title: 'Help',
    entries: [
      {
        name: 'explain',
        usage: 'explain [CODE]',
        summary: 'what an error code means',
        load: () => import('./commands/explain.ts'),
      },
      {
        name: 'doctor',
        usage: 'doctor',
        summary: 'is this machine ready?',
        load: () => import('./commands/doctor.ts'),
      },
      {
        name: 'completion',
        usage: 'completion SHELL',
        summary: 'tab completion for bash, zsh or fish',
        load: () => import('./commands/completion.ts'),
      },
    ],
  },
]

export const catalogue: readonly CatalogueEntry[] = commandGroups.flatMap((group) => group.entries)
