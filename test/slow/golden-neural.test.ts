import { expect, it } from 'vitest'
import { networkQuality } from '../support/network-quality.ts'

it('network on the simulated 100k x 40: mean AUC of five seeds is within .003 of torch', async () => {
  const { ours, torch } = await networkQuality('simulated')
  expect(Math.abs(ours - torch)).toBeLessThan(0.003)
}, 1_200_000)
