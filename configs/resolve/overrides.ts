import { parseDocument } from 'yaml'
import { EbbError } from '../../core/errors.ts'
import { didYouMean } from '../../core/did-you-mean.ts'
import type { Origin } from '../origin.ts'
import { expandDottedKeys, mergeMaps, nested } from '../tree/merge.ts'
import { nodeAt } from '../tree/node.ts'
import type { MapNode, TreeNode } from '../tree/node.ts'
import { relabel } from '../tree/relabel.ts'

/** Profiles that the files declare as maps. */
export function profileNames(root: MapNode): string[] {
  const profiles = nodeAt(root, ['profiles'])
  if (profiles?.kind !== 'map') return []
  return [...profiles.entries].filter(([, entry]) => entry.value.kind === 'map').map(([name]) => name)
}

/** `root` with its profile `name` merged over it; the key `profiles` is gone. */
export function applyProfile(root: MapNode, name: string | null): MapNode {
  refuseMisshapen(root)
  const entries = new Map(root.entries)
  entries.delete('profiles')
  const stripped: MapNode = { ...root, entries }
  if (name === null) return stripped
  const profile = nodeAt(root, ['profiles', name])
  if (profile?.kind === 'map') return mergeMaps(stripped, expandDottedKeys(relabel(profile, name)))
  const known = profileNames(root)
  const meant = didYouMean(name, known)
  const hint = meant !== null ? `did you mean "${meant}"?` : known.length > 0 ? `known: ${known.join(', ')}` : undefined
  const what = profile === null ? 'the config has no such profile' : 'the profile is not a map'
  throw new EbbError({ code: 'CONFIG_PROFILE', kind: 'config', where: `--profile ${name}`, what, hint })
}

function refuseMisshapen(root: MapNode): void {
  const profiles = nodeAt(root, ['profiles'])
  const wrong =
    profiles?.kind === 'map'
      ? [...profiles.entries.values()].find(({ value }) => value.kind !== 'map')?.value
      : profiles
  if (wrong === null || wrong === undefined) return
  const { file, line, column } = wrong.at
  const expected = 'a map of names, each with a map of overrides'
  throw new EbbError({
    code: 'CONFIG_TYPE',
    kind: 'config',
    where: 'profiles',
    what: 'wrong type',
    expected,
    file,
    line,
    column,
  })
}

/** `root` with every `a.b=value` merged over it, the later over the earlier. */
export function applySettings(root: MapNode, settings: readonly string[]): MapNode {
  return settings.reduce((merged, setting) => mergeMaps(merged, parseSetting(setting)), root)
}

function parseSetting(setting: string): MapNode {
  const at: Origin = { from: 'command line', text: `-s ${setting}` }
  const equals = setting.indexOf('=')
  const path = setting.slice(0, Math.max(equals, 0)).trim().split('.')
  if (equals < 1 || path.includes('')) throw settingFault(at, 'not a setting', 'path.to.key=value')
  if (path[0] === 'extends' || path[0] === 'profiles')
    throw settingFault(at, `only a file can say "${path[0]}"`, 'a key of the experiment, or --profile NAME')
  const document = parseDocument(setting.slice(equals + 1), { version: '1.2', prettyErrors: false })
  if (document.errors.length > 0) throw settingFault(at, 'the value is not YAML', 'e.g. 10, text or [a, b]')
  return nested(path, toNode(document.toJS() as unknown, at), at)
}

function toNode(value: unknown, at: Origin): TreeNode {
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map((item) => toNode(item, at)) }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => [key, { keyAt: at, value: toNode(inner, at) }] as const)
    return { kind: 'map', at, entries: new Map(entries) }
  }
  return { kind: 'scalar', at, value: value as string | number | boolean | null, isPlain: false }
}

function settingFault(at: Origin, what: string, expected: string): EbbError {
  return new EbbError({ code: 'CONFIG_SETTING', kind: 'usage', where: at.text, what, expected })
}
