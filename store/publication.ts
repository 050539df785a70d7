import { z } from 'zod'

/** `_manifest.json`: what a published folder holds. */
export const manifestSchema = z.looseObject({
  schemaVersion: z.string(),
  name: z.string(),
  as_of: z.string(),
  run: z.string(),
  /** Over all parts. */
  rows: z.int().min(0),
  parts: z.array(
    z.object({
      file: z.string(),
      rows: z.int().min(0),
      bytes: z.int().min(0),
      sha256: z.string().length(64),
    }),
  ),
})

export type Manifest = z.output<typeof manifestSchema>

/** `latest.json` and `current.json`. `path` is relative to the folder of the pointer. */
export const pointerSchema = z.object({
  as_of: z.string(),
  run: z.string(),
  path: z.string(),
  schemaVersion: z.string(),
  rows: z.int().min(0),
  manifestSha256: z.string().length(64),
  publishedAt: z.string(),
})

export type Pointer = z.output<typeof pointerSchema>

export const manifestName = '_manifest.json'
/** Holds the manifest's sha256 and a line break: the last file written, so its presence says that all is whole. */
export const successName = '_SUCCESS'

/** Looks at the parts themselves (rows, unique key, ranges) and throws when they break the contract; given by the caller. */
export type ReadBack = (folder: string, manifest: Manifest) => Promise<void>
