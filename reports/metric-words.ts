/** How a metric is shown and explained. */
export interface MetricWords {
  readonly label: string
  readonly digits: number
  /** One short line for someone who has never met it. */
  readonly meaning: string
}

const words: Readonly<Record<string, MetricWords>> = {
  auc: {
    label: 'AUC',
    digits: 3,
    meaning: 'How often a random churner is ranked above a random stayer; 0.5 is a coin, 1 is perfect.',
  },
  average_precision: {
    label: 'Average precision',
    digits: 3,
    meaning: 'Precision averaged over all cut-offs; a model that knows nothing gets the base rate.',
  },
  f1: { label: 'F1', digits: 3, meaning: 'Balance of precision and recall at the threshold chosen on select.' },
  precision: { label: 'Precision', digits: 3, meaning: 'Share of churners among those above the threshold.' },
  recall: { label: 'Recall', digits: 3, meaning: 'Share of all churners who are above the threshold.' },
  log_loss: {
    label: 'Log-loss',
    digits: 4,
    meaning: 'Punishes confident mistakes; lower is better. The base rate alone is the floor model.',
  },
  brier: { label: 'Brier', digits: 4, meaning: 'Mean squared distance of probability and outcome; lower is better.' },
  ece: {
    label: 'ECE',
    digits: 4,
    meaning:
      'Mean distance of predicted and observed churn rate over ten bins; lower is better. Its interval leans high: resampling adds noise to every bin.',
  },
  calibration_slope: {
    label: 'Slope',
    digits: 3,
    meaning: 'Ideal 1; below 1 the probabilities are too extreme, above 1 too timid.',
  },
  calibration_intercept: {
    label: 'Intercept',
    digits: 3,
    meaning: 'Ideal 0; below 0 the probabilities are too high on the whole.',
  },
  lift_10: {
    label: 'Lift at 10 %',
    digits: 2,
    meaning: 'Churn rate of the riskiest tenth, in multiples of the base rate.',
  },
}

/** Words of a metric; one that is unknown here is shown by its own name. */
export function metricWords(name: string): MetricWords {
  return words[name] ?? { label: name, digits: 3, meaning: '' }
}
