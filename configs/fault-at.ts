import { EbbError } from '../core/errors.ts'
import type { FaultDetails } from '../core/errors.ts'
import { maskPasswords } from '../core/mask-passwords.ts'
import { keyOriginAt, nearestOrigin, nodeAt } from './tree/node.ts'
import type { MapNode } from './tree/node.ts'

/** What is wrong at a path of the config, before its position is known. */
export interface Finding extends Pick<FaultDetails, 'code' | 'what' | 'expected' | 'received' | 'hint'> {
  readonly path: readonly PropertyKey[]
  /** Points at the key instead of its value. */
  readonly isAboutKey?: boolean
}

/** The finding as an error with file, line and column; values that came from the environment are not repeated. */
export function faultAt(finding: Finding, root: MapNode): EbbError {
  const { path, isAboutKey, received, ...said } = finding
  const node = nodeAt(root, path)
  const at = (isAboutKey ? keyOriginAt(root, path) : node?.at) ?? nearestOrigin(root, path)
  const isSecret = node?.kind === 'scalar' && node.environmentText !== undefined
  const where = path.length === 0 ? 'config' : path.map(String).join('.')
  return new EbbError({
    ...said,
    kind: 'config',
    where: at.from === 'command line' ? `${maskPasswords(at.text)}: ${where}` : where,
    ...(received === undefined ? {} : { received: isSecret ? '*** (from the environment)' : received }),
    file: at.file,
    line: at.line,
    column: at.column,
  })
}
