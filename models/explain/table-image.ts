import { mostBounds } from '../trees/byte-ensemble.ts'
import type { FeatureCodes } from './codes.ts'
import type { ExplainShape } from './explain-shape.ts'
import type { ImageWriter } from './image-writer.ts'
import type { LeafGroup } from './merge-leaves.ts'
import type { LeafPath } from './leaf-paths.ts'
import { type TablePlan, widthOf } from './table-plan.ts'

/** What plans need to know of the whole. */
export interface ImageContext {
  readonly shape: ExplainShape
  readonly codes: readonly (FeatureCodes | undefined)[]
  /** Offset of a feature's phi. */
  readonly phiOf: (feature: number) => number
}

/** One byte from which on a row's cell is another. */
interface ChangePoint {
  readonly column: number
  readonly least: number
  /** Modulo 2^16. */
  readonly step: number
}

/** More change points of one column than this are looked up: a comparison is for 32 rows at a time, a look-up for one. */
const mostPoints = 10

/** Writes a group as shapley-tables.ts (assembly/scoring) reads it and returns its offset. */
export function writeLookUp(
  writer: ImageWriter,
  { group, classes, table }: { group: LeafGroup; classes: TablePlan['classes']; table: number },
  { shape, codes, phiOf }: ImageContext,
): number {
  const points: ChangePoint[] = []
  let stride = 1
  for (const place of group.features) {
    const { feature, of } = classes[place]!
    const state = group.states[place]!
    points.push(...changePoints(codes[feature]!, (code) => state.of[of[code]!]! * stride))
    stride *= state.count
  }
  const columns = new Map<number, ChangePoint[]>()
  for (const point of points) columns.set(point.column, [...(columns.get(point.column) ?? []), point])
  const crowded = [...columns.values()].filter((own) => own.length > mostPoints)
  const steps = crowded.map((own) => [own[0]!.column * shape.stride, writeSteps(writer, own)] as const)
  const few = points.filter(({ column }) => columns.get(column)!.length <= mostPoints)
  const offset = writer.offset
  writer.push(few.length, steps.length, widthOf(group), table)
  for (const { column, least, step } of few) writer.push(column * shape.stride, (least | (step << 16)) >>> 0)
  for (const [column, at] of steps) writer.push(column, at)
  for (const place of group.features) writer.word(phiOf(classes[place]!.feature))
  if (group.features.length % 2 === 1) writer.word(shape.used.length * shape.distance)
  return offset
}

/** Where `cellOf` changes from one code to the next, by the bytes that tell the codes; cellOf(0) is 0. */
function changePoints(
  { kind, count, missing, firstColumn }: FeatureCodes,
  cellOf: (code: number) => number,
): ChangePoint[] {
  const points: ChangePoint[] = []
  for (let code = 1; code < count; code++) {
    const step = (cellOf(code) - cellOf(code - 1)) & 0xffff
    if (step === 0) continue
    const isWhole = kind === 'category' || code === missing
    const column = firstColumn + (isWhole ? 0 : Math.floor((code - 1) / mostBounds))
    const least = kind === 'category' ? code : code === missing ? 255 : ((code - 1) % mostBounds) + 1
    points.push({ column, least, step })
  }
  return points
}

/** The same as 256 sums, 16 bits each. */
function writeSteps(writer: ImageWriter, points: readonly ChangePoint[]): number {
  const sums = new Uint16Array(256)
  for (const { least, step } of points) for (let byte = least; byte < 256; byte++) sums[byte]! += step
  const offset = writer.offset
  for (const word of new Uint32Array(sums.buffer)) writer.word(word)
  return offset
}

/** Writes what tabulate-leaves.ts (assembly/scoring) makes the group's table of and returns its offset. */
export function writeLeaves(writer: ImageWriter, group: LeafGroup, table: number): number {
  const first = writeAligned(writer)
  for (const leaf of group.leaves) writeLeaf(writer, group, leaf)
  const offset = writer.offset
  writer.push(table, widthOf(group), group.cells, group.features.length, group.leaves.length, first)
  for (const place of group.features) writer.word(group.states[place]!.count)
  return offset
}

function writeAligned(writer: ImageWriter): number {
  if (writer.offset % 8 !== 0) writer.word(0)
  return writer.offset
}

function writeLeaf(writer: ImageWriter, { features, states }: LeafGroup, leaf: LeafPath): void {
  const begin = writer.offset
  writer.push(leaf.features.length, 0)
  writer.doubles(Float64Array.of(leaf.value, ...leaf.shares))
  for (const place of leaf.features) writer.word(features.indexOf(place))
  for (const place of features) {
    const { of, count } = states[place]!
    const j = leaf.features.indexOf(place)
    const bits = new Uint32Array(count)
    if (j >= 0) for (let k = 0; k < of.length; k++) bits[of[k]!] = leaf.passes[j]![k]! << j
    for (const bit of bits) writer.word(bit)
  }
  writeAligned(writer)
  writer.patch(begin + 4, (writer.offset - begin) / 4)
}
