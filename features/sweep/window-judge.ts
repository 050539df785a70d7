import type { BucketEvents } from './bucket-reader.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import { churnKinds, knowsInOrder, status, type PredictionCode, type SpineCode, type SweepProgram } from './program.ts'
import { type DayRange, WindowProbe } from './window-probe.ts'

/** Cutoffs are judged so many at a time, a bit each. */
const atOnce = 64

const activeChurn = status.churned + churnKinds.indexOf('active')
const passiveChurn = status.churned + churnKinds.indexOf('passive')

/** Some neighbouring cutoffs. */
interface Part {
  readonly from: number
  readonly width: number
  /** Where the oldest event lies inside, the user is seen. */
  readonly history: WindowProbe
  /** Null: everyone is eligible. */
  readonly eligible: WindowProbe | null
  readonly judged: readonly Judged[]
}

/** One target at a horizon. */
interface Judged {
  /** Of each, an event is an active churn. */
  readonly coming: readonly WindowProbe[]
  /** Of each, no event is a passive churn. */
  readonly staying: readonly WindowProbe[]
  /** The cutoffs that are closed. */
  readonly closed: Int32Array
}

/** A label by window looks at nothing but its window; where events are known in order too, a bucket is judged as a whole. */
export const isJudgedByWindow = (program: SweepProgram, { labels }: SpineCode): boolean =>
  knowsInOrder(program) && labels.every(({ kind }) => kind === 'no_event_in_window' || kind === 'event_in_window')

/** Judges all users of a bucket by kernels, for spines that `isJudgedByWindow`; the plain words stand in `label.ts`. */
export class WindowJudge {
  private readonly program: SweepProgram
  private readonly spine: SpineCode
  private readonly thread: KernelThread
  /** The last cutoffs first: what is written behind those of a user is overwritten by the next user's first ones. */
  private readonly parts: readonly Part[]
  private readonly seen: Int32Array
  private readonly active: Int32Array
  private readonly came: Int32Array
  private readonly stayed: Int32Array
  private readonly found: Int32Array

  constructor(program: SweepProgram, spine: SpineCode, thread: KernelThread) {
    const marks = (): Int32Array => thread.space.int32(2 * 2 ** program.layout.user.bits)
    this.program = program
    this.spine = spine
    this.thread = thread
    this.seen = marks()
    this.active = marks()
    this.came = marks()
    this.stayed = marks()
    this.found = marks()
    const parts = Math.ceil(program.cutoffs.length / atOnce)
    this.parts = Array.from({ length: parts }, (_, part) => this.partFrom(part * atOnce)).reverse()
  }

  /** Statuses of users 0 .. users - 1 of each prediction: entry user * cutoffs + cutoff; 15 bytes more are written. */
  judge(events: BucketEvents, users: number, statuses: readonly Uint8Array[]): void {
    const { seen, active, came, stayed, found } = this
    const { kernels } = this.thread
    const stride = this.program.cutoffs.length
    for (const { from, width, history, eligible, judged } of this.parts) {
      history.ofFirst(events, users, seen)
      active.fill(eligible === null ? -1 : 0)
      eligible?.addAny(events, users, active)
      for (const [p, { coming, staying, closed }] of judged.entries()) {
        came.fill(0)
        stayed.fill(-1)
        for (const probe of coming) probe.addAny(events, users, came)
        for (const probe of staying) {
          found.fill(0)
          probe.addAny(events, users, found)
          kernels.keepBoth(stayed.byteOffset, found.byteOffset, users)
        }
        const marks = [active.byteOffset, came.byteOffset, stayed.byteOffset] as const
        const place = [statuses[p]!.byteOffset + from, stride, width] as const
        const codes = [status.inactive, status.example, activeChurn, passiveChurn] as const
        kernels.judgeMarks(seen.byteOffset, closed.byteOffset, ...marks, users, ...place, ...codes)
      }
    }
  }

  /** The cutoffs from the one at `from` on. */
  private partFrom(from: number): Part {
    const { program, spine } = this
    const { baseDay, delaysDays, cutoffs } = program
    const days = cutoffs.slice(from, from + atOnce).map((cutoff) => cutoff - baseDay)
    const before = days.map((day) => day - delaysDays[0]!)
    const { eligible } = spine
    return {
      from,
      width: days.length,
      history: this.probe(
        0,
        before.map((to) => ({ from: 0, to })),
      ),
      eligible:
        eligible &&
        this.probe(
          eligible.condition,
          before.map((to) => ({ from: to - eligible.withinDays, to })),
        ),
      judged: spine.predictions.map((code) => this.judged(code, from, days)),
    }
  }

  private judged(
    { labels, gapDays, horizonDays, isClosed }: PredictionCode,
    at: number,
    days: readonly number[],
  ): Judged {
    const windows = days.map((day) => ({ from: day + gapDays, to: day + gapDays + horizonDays }))
    // Without labels nobody churned.
    const leaves = this.program.mode === 'label' ? labels.map((label) => this.spine.labels[label]!) : []
    const probesOf = (wanted: string): WindowProbe[] =>
      leaves.filter(({ kind }) => kind === wanted).map(({ condition }) => this.probe(condition, windows))
    const closed = this.thread.space.int32(2).fill(0)
    for (const k of days.keys()) closed[k >> 5]! |= isClosed[at + k]! << (k & 31)
    return { coming: probesOf('event_in_window'), staying: probesOf('no_event_in_window'), closed }
  }

  private probe(condition: number, ranges: readonly DayRange[]): WindowProbe {
    return new WindowProbe(this.program, condition, ranges, this.thread)
  }
}
