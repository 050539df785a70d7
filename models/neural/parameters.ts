import * as z from 'zod'
import { prepareShape } from '../prepare/parameters.ts'

/** Parameters of the neural network (multi-layer perceptron, ReLU, Adam). */
export const mlpParameters = z.strictObject({
  hidden: z
    .array(z.int().min(1).max(1024))
    .min(1)
    .max(8)
    .default([64, 32])
    .describe('Units of each hidden layer, from the input on'),
  epochs: z.int().min(1).max(10_000).default(60).describe('Passes over train at most'),
  earlyStopping: z
    .int()
    .min(0)
    .max(1000)
    .default(6)
    .describe(
      'Stop after so many epochs without a better validation log-loss and keep the best weights; 0 = run all epochs',
    ),
  batchRows: z.int().min(1).max(65_536).default(512).describe('Rows per step'),
  learningRate: z.number().positive().max(1).default(0.002).describe('Step size of Adam'),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('L2 penalty on the weights (not the biases): adds weightDecay x w to the gradient'),
  validFraction: z
    .number()
    .min(0.01)
    .max(0.5)
    .default(0.15)
    .describe('Share of the users of train that is held back for early stopping where no validation rows are given'),
  ...prepareShape,
})
export type MlpParameters = z.infer<typeof mlpParameters>
