import { z } from 'zod'

/** The config's `audit:` section. */
export const auditSchema = z.strictObject({
  strict: z.boolean().default(false).describe('What the leakage audit warns of stops the run as well'),
  allow: z
    .array(z.string().min(1))
    .default([])
    .describe('Features that were looked at and are neither an id nor knowledge from after the cutoff'),
  users: z.int().min(10).max(100_000).default(400).describe('Users per cutoff of the truncation test'),
})
