// Joins a compiled module and all modules of ours that it imports into one CommonJS file. A worker thread starts from it with half the
// processor time: Node finds, reads and links modules one by one, in every thread anew. Knows the few forms of import and export
// that our compiled files have, and refuses any other.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compileFunction } from 'node:vm'

const namesFrom = /^(import|export) \{([^}]*)\} from '([^']+)';$/gm
const declared = /^export ((?:async )?function\*?|class|const) ([\w$]+)/gm
/** What is left of imports and exports when the known forms are gone. */
const unknown = /^(?:import|export)\b.*$|\bimport\(|\bimport\.meta\b(?!\.url\b)/m

/** Returns the text of the joined file; `entry` is a path. */
export function joinModules(entry) {
  const builtIns = new Map()
  const joined = new Map()
  const nameOf = (from, path) => {
    if (from.startsWith('.')) return add(join(dirname(path), from))
    if (!builtIns.has(from)) builtIns.set(from, `builtIn${builtIns.size}`)
    return builtIns.get(from)
  }
  const add = (path) => {
    if (!joined.has(path)) {
      // No cycles: lint refuses them.
      const text = wrap(path, (from) => nameOf(from, path))
      joined.set(path, { name: `module${joined.size}`, text })
    }
    return joined.get(path).name
  }
  add(entry)
  const text = [
    "'use strict';",
    "const ownUrl = require('node:url').pathToFileURL(__filename).href;",
    ...[...builtIns].map(([from, name]) => `const ${name} = require('${from}');`),
    ...[...joined.values()].map(({ name, text }) => `const ${name} = ${text};`),
    '',
  ].join('\n')
  // Throws where it is no script.
  compileFunction(text, [], { filename: `${entry}, joined` })
  return text
}

/** A module as a function call that returns its exports. */
function wrap(path, nameOf) {
  const exported = []
  const body = readFileSync(path, 'utf8')
    .replaceAll(namesFrom, (_, kind, names, from) => {
      const bindings = names.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim().split(' as ')]))
      if (kind === 'export') exported.push(...bindings.map((binding) => binding.at(-1)))
      return `const { ${bindings.map((binding) => binding.join(': ')).join(', ')} } = ${nameOf(from)};`
    })
    .replaceAll(declared, (_, kind, name) => {
      exported.push(name)
      return `${kind} ${name}`
    })
    .replaceAll(/^export \{\};$/gm, '')
  const left = unknown.exec(body)
  if (left !== null)
    throw new Error(
      `${path}: cannot join "${left[0]}"; expected names in braces from a module, or an exported declaration`,
    )
  return `(() => {\n${body.trim().replaceAll('import.meta.url', 'ownUrl')}\nreturn { ${exported.join(', ')} };\n})()`
}
