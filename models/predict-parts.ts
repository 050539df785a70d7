import type { Dataset, Probabilities } from '../core/dataset.ts'
import type { Classifier, PredictOptions } from './estimator.ts'

/**
 * Predicts part after part, e.g. of a table in many files: neither rows nor probabilities of more than one part are held. The
 * same bits as in one piece.
 */
export async function* predictParts(
  model: Pick<Classifier, 'predict'>,
  parts: Iterable<Dataset> | AsyncIterable<Dataset>,
  options: PredictOptions = {},
): AsyncGenerator<Probabilities> {
  for await (const part of parts) yield await model.predict(part, options)
}
