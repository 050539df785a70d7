import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesBelow, rooms, root } from './source-files.ts'

/** Folders of somebody's own machine; `/tmp` in a text for people is fine, these are not. */
const ownPath = /(^|[\s"'`(=:])(\/(home|root|Users|work|mnt|srv|workspace)\/[\w.-]+|[A-Z]:\\\\?Users\\)/

describe('the product knows no particular machine', () => {
  it('no source, config, document or script holds a path of somebody’s own machine', () => {
    const endings = ['.ts', '.mjs', '.yaml', '.yml', '.md', '.json', '.css', '.py', '.sh']
    const folders = [...rooms, 'test', 'docs', 'scripts', 'bench', '.ci'].filter((folder) => folder !== 'test/house')
    const guilty = folders
      .flatMap((folder) => filesBelow(folder, [...endings, 'run']))
      .filter((path) => !path.includes('node_modules/') && !path.startsWith('test/house/'))
      .filter((path) => ownPath.test(readFileSync(join(root, path), 'utf8')))
    expect(guilty).toEqual([])
  })

  it('the pattern finds such paths and leaves others alone', () => {
    const own = ['see /home/ann/data', '"/Users/bob/x"', "path: '/srv/shop'", 'C:\\Users\\eve']
    const fine = ['data/sample/cdnow.csv', 'https://example.org/home/x', '/proc/self/ns', '~/.bashrc', '/tmp/out']
    expect(own.filter((text) => !ownPath.test(text))).toEqual([])
    expect(fine.filter((text) => ownPath.test(text))).toEqual([])
  })
})
