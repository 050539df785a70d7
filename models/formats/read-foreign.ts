import type { ForeignModel, ForeignOptions } from './foreign-model.ts'
import { foreignFault } from './foreign-fault.ts'
import { parseLooseJson } from './loose-json.ts'
import { readLightgbmJson } from './read-lightgbm-json.ts'
import { readLightgbmText } from './read-lightgbm-text.ts'
import { readXgboostJson } from './read-xgboost-json.ts'

/**
 * A model file of another program, told by its beginning: LightGBM text, LightGBM's JSON dump, XGBoost JSON. Whatever the
 * bytes are, the worst that happens is an EbbError of kind `data`.
 */
export function readForeign(bytes: Uint8Array, where: string, options: ForeignOptions = {}): ForeignModel {
  return withinLimits(where, () => readByFormat(bytes, where, options))
}

/** What the runtime cannot hold (nesting, lengths) as an EbbError of kind `data`. */
export function withinLimits<T>(where: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof RangeError)
      throw foreignFault(where, 'too large or nested too deep', { received: cause.message })
    throw cause
  }
}

function readByFormat(bytes: Uint8Array, where: string, options: ForeignOptions): ForeignModel {
  const text = new TextDecoder().decode(bytes)
  if (/^tree\r?\n/.test(text)) return readLightgbmText(text, where, options)
  if (!text.trimStart().startsWith('{')) throw unknownFormat(where, text)
  let document: unknown
  try {
    document = parseLooseJson(text)
  } catch (cause) {
    throw foreignFault(where, 'not valid JSON', { received: (cause as Error).message })
  }
  if (isRecord(document) && 'tree_info' in document) return readLightgbmJson(document, where, options)
  if (isRecord(document) && 'learner' in document) return readXgboostJson(document, where, options)
  throw unknownFormat(where, text)
}

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null

function unknownFormat(where: string, text: string): Error {
  return foreignFault(where, 'not a model of LightGBM or XGBoost', {
    expected: "a text model of LightGBM (begins with `tree`), its JSON dump, or XGBoost's save_model('….json')",
    received: text.length === 0 ? 'an empty file' : JSON.stringify(text.slice(0, 40)),
  })
}
