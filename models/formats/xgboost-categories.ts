import * as z from 'zod'
import { foreignFault } from './foreign-fault.ts'

/** UTF-8 bytes of all names one after the other and where each begins; or numbers. */
const encoded = z.looseObject({ offsets: z.array(z.int()).optional(), values: z.array(z.number()) })
const container = z.looseObject({ enc: z.array(encoded) })

/** Names of the categories by feature, where the file knows them (XGBoost 3.1 and later, from data frames). */
export function xgboostCategories(cats: unknown, where: string): readonly (readonly string[] | undefined)[] {
  if (cats === undefined || cats === null) return []
  const parsed = container.safeParse(cats)
  if (!parsed.success)
    throw foreignFault(`${where}: cats`, 'cannot be read', { received: parsed.error.issues[0]!.message })
  return parsed.data.enc.map(({ offsets, values }) => {
    if (offsets === undefined) return values.length === 0 ? undefined : values.map(String)
    if (offsets.length < 2) return undefined
    const bytes = Uint8Array.from(values)
    const isSound = offsets.every((at, k) => at >= (offsets[k - 1] ?? 0) && at <= bytes.length)
    if (!isSound) throw foreignFault(`${where}: cats`, 'offsets do not ascend')
    const text = new TextDecoder()
    return offsets.slice(1).map((end, k) => text.decode(bytes.subarray(offsets[k], end)))
  })
}
