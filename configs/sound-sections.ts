import type { Finding } from './fault-at.ts'
import type { Config } from './schema.ts'

/** The sections that are sound by themselves; a check says nothing about the others. */
export type SoundSections = Readonly<Partial<Config>>
export type CrossCheck = (config: SoundSections) => Finding[]
