// Writes what is made from the config's schema: configs/ebb.v1.schema.json and the list of keys at the end of
// docs/config.md. Run it after a build when a room has changed its part of the schema; tests hold both current.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { configJsonSchema } = await import(join(root, 'dist', 'configs', 'json-schema.js'))

const schemaFile = join(root, 'configs', 'ebb.v1.schema.json')
writeFileSync(schemaFile, JSON.stringify(configJsonSchema(), null, 2) + '\n')
const formatter = join(dirname(createRequire(import.meta.url).resolve('oxfmt/package.json')), 'bin', 'oxfmt')
spawnSync(process.execPath, [formatter, schemaFile], { stdio: 'ignore', cwd: root })

const main = join(root, 'dist', 'cli', 'main.js')
const { stdout } = spawnSync(process.execPath, [main, 'schema', '--keys'], { encoding: 'utf8' })
const docsFile = join(root, 'docs', 'config.md')
const docs = readFileSync(docsFile, 'utf8')
const begin = docs.indexOf('\n```\n', docs.indexOf('\n## Every key\n'))
writeFileSync(docsFile, `${docs.slice(0, begin)}\n\`\`\`\n${stdout}\`\`\`\n`)
