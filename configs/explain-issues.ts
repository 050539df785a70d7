import type * as z from 'zod'
import type { EbbError } from '../core/errors.ts'
import { maskPasswords } from '../core/mask-passwords.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import { nothingToRemove } from './explain-removal.ts'
import { faultAt } from './fault-at.ts'
import type { Finding } from './fault-at.ts'
import { allowedValue, descriptionAt, knownKeys, knownValues } from './schema-walk.ts'
import { nodeAt } from './tree/node.ts'
import type { MapNode } from './tree/node.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]
/** More known keys than this are not worth a line. */
const listedKeys = 14

/** The faults behind zod's issues, each with the position of the value, of the key, or of what lacks a key. */
export function explainIssues(issues: readonly Issue[], schema: z.ZodType, root: MapNode): EbbError[] {
  return explainAll(issues, schema, root).map((finding) => faultAt(finding, root))
}

function explainAll(issues: readonly Issue[], schema: z.ZodType, root: MapNode): Finding[] {
  const missing = issues.filter(({ code, path }) => code !== 'custom' && nodeAt(root, path) === null)
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return explain(issue, schema, root)
    const { path: parent, keys } = issue
    const isHere = (path: Path): boolean =>
      path.length === parent.length + 1 && parent.every((key, i) => path[i] === key)
    const needed = missing.filter(({ path }) => isHere(path)).map(({ path }) => String(path.at(-1)))
    return keys.map((key) => unknownKey({ parent, key, needed }, schema, root))
  })
}

function explain(issue: Issue, schema: z.ZodType, root: MapNode): Finding[] {
  const { path } = issue
  if (issue.code === 'custom') return [ownRule(issue, root)]
  const removal = nothingToRemove(path, schema, root)
  if (removal !== null) return [removal]
  if (nodeAt(root, path) === null) return [missingKey(path, schema, root)]
  if (issue.code === 'invalid_union') {
    const branch = closestBranch(issue.errors)
    if (branch !== null)
      return explainAll(
        branch.map((inner) => ({ ...inner, path: [...path, ...inner.path] })),
        schema,
        root,
      )
  }
  if (issue.code === 'invalid_key') return [badName(path)]
  const received = describeValue(root, path)
  const own = saidBySchema(issue)
  if (own?.what !== undefined) return [{ code: 'CONFIG_VALUE', path, what: own.what, received }]
  const expected = own?.expected ?? allowedValue(schema, path, root)
  const isType = issue.code === 'invalid_type' || (issue.code === 'invalid_union' && issue.discriminator === undefined)
  if (isType) return [{ code: 'CONFIG_TYPE', path, what: 'wrong type', expected: expected ?? issue.message, received }]
  const size = sizeLimit(issue)
  const hint = suggestion(schema, path, root)
  return [
    { code: 'CONFIG_VALUE', path, what: 'not allowed', expected: size ?? expected ?? issue.message, received, hint },
  ]
}

/** What a schema says in its own words: what is wrong, or what it expects; null for zod's own messages. */
function saidBySchema({ message }: Issue): { what?: string; expected?: string } | null {
  if (/^(Invalid|Too small|Too big|Unrecognized)/.test(message)) return null
  const expectation = /^(?:(?:must be|must read|expected) (.*)|((?:an?|at least|at most|either) [^;]*))$/s.exec(message)
  return expectation === null ? { what: message } : { expected: expectation[1] ?? expectation[2] }
}

/** Of the branches of a union, the one whose type fits the value: its faults say more than "none of these". */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const fitting = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  )
  const sorted = fitting.toSorted((a, b) => a.length - b.length)
  return sorted[0] ?? null
}

interface UnknownKey {
  readonly parent: Path
  readonly key: string
  /** Keys that are missing beside it: one of them is rather meant than a key that may be left out. */
  readonly needed: readonly string[]
}

function unknownKey({ parent, key, needed }: UnknownKey, schema: z.ZodType, root: MapNode): Finding {
  const known = knownKeys(schema, parent, root)
  const isThere = (name: string): boolean => nodeAt(root, [...parent, name]) !== null
  const meant =
    didYouMean(key, needed) ??
    didYouMean(
      key,
      known.filter((name) => !isThere(name)),
    ) ??
    // With -s, a key that is there already is what was meant.
    didYouMean(key, known)
  const what = meant === null ? 'unknown key' : `unknown key, did you mean "${meant}"?`
  const hint =
    meant === null && known.length > 0 && known.length <= listedKeys ? `known here: ${known.join(', ')}` : undefined
  return { code: 'CONFIG_UNKNOWN_KEY', path: [...parent, key], isAboutKey: true, what, hint }
}

function missingKey(path: Path, schema: z.ZodType, root: MapNode): Finding {
  const listed = knownValues(schema, path, root)
  const expected = listed.length > 0 ? `one of ${listed.join(', ')}` : (allowedValue(schema, path, root) ?? undefined)
  const description = descriptionAt(schema, path, root)
  const what = description === null ? 'this key is missing' : `this key is missing (${description})`
  return { code: 'CONFIG_MISSING_KEY', path, what, expected }
}

/** A rule over several keys, in the words of its schema. */
function ownRule(issue: Issue, root: MapNode): Finding {
  const { path, message } = issue
  const received = nodeAt(root, path)?.kind === 'scalar' ? describeValue(root, path) : undefined
  const { what = 'not allowed', expected } = saidBySchema(issue) ?? { what: message }
  return { code: 'CONFIG_VALUE', path, what, expected, received }
}

function badName(path: Path): Finding {
  const received = JSON.stringify(String(path.at(-1)))
  const expected = 'a letter, then at most 63 letters, digits, _ or -'
  return { code: 'CONFIG_NAME', path, isAboutKey: true, what: 'not usable as a name', expected, received }
}

function sizeLimit(issue: Issue): string | null {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return null
  if (issue.origin !== 'array' && issue.origin !== 'string' && issue.origin !== 'object') return null
  const limit = Number(issue.code === 'too_small' ? issue.minimum : issue.maximum)
  const unit = issue.origin === 'string' ? 'character' : issue.origin === 'array' ? 'entry' : 'key'
  const plural = limit === 1 ? unit : unit === 'entry' ? 'entries' : `${unit}s`
  return `${issue.code === 'too_small' ? 'at least' : 'at most'} ${limit} ${plural}`
}

function suggestion(schema: z.ZodType, path: Path, root: MapNode): string | undefined {
  const node = nodeAt(root, path)
  if (node?.kind !== 'scalar') return undefined
  if (typeof node.value !== 'string') return undefined
  const meant = didYouMean(node.value, knownValues(schema, path, root).map(String))
  return meant === null ? undefined : `did you mean "${meant}"?`
}

/** `"text"`, `12`, `a list`, `a map`, `nothing`. */
function describeValue(root: MapNode, path: Path): string {
  const node = nodeAt(root, path)
  if (node === null) return 'nothing'
  if (node.kind !== 'scalar') return `a ${node.kind}`
  return node.value === null ? 'nothing' : maskPasswords(JSON.stringify(node.value))
}
