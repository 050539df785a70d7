import { readFileSync } from 'node:fs'
import { locate } from '../../core/locate.ts'
import { type CompiledModule, webAssembly } from '../../core/web-assembly.ts'

/** A compiled kernel module: `names[i]` is the i-th kernel. Travels to other threads without being compiled again. */
export interface KernelModule {
  readonly compiled: CompiledModule
  readonly names: readonly string[]
}

/** Compiled once per thread; code only, no memory. */
const loaded = new Map<string, KernelModule | null>()

/** The module `models/kernels/<name>.wasm` of the build; null where this runtime lacks the features that it uses. */
export function kernelModule(name: string): KernelModule | null {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const bytes = readFileSync(locate(`models/kernels/${name}.wasm`))
  const module = webAssembly.validate(bytes) ? describeModule(new webAssembly.Module(bytes)) : null
  loaded.set(name, module)
  return module
}

function describeModule(compiled: CompiledModule): KernelModule {
  const functions = webAssembly.Module.exports(compiled).filter(({ kind }) => kind === 'function')
  return { compiled, names: functions.map(({ name }) => name) }
}
