import { describe, expect, it } from 'vitest'
import { isRunId, lockPath, newRunId, publicationPaths, runLockPath, storeFolder } from '../../store/layout.ts'
import { randomToken } from '../../store/token.ts'

describe('run ids', () => {
  it('are the UTC second and six hex digits', () => {
    const now = new Date('2026-11-16T03:00:12.987Z')
    expect(newRunId(now, '7f3a9c')).toBe('20261116T030012Z-7f3a9c')
    expect(newRunId(now)).toMatch(/^20261116T030012Z-[0-9a-f]{6}$/)
    expect(newRunId(now)).not.toBe(newRunId(now))
    expect([isRunId(newRunId(now)), isRunId('.store'), isRunId('20261116T030012Z-7f3a9c.tmp')]).toEqual([
      true,
      false,
      false,
    ])
    expect(randomToken()).toMatch(/^[0-9a-f]{16}$/)
  })
})

describe('paths', () => {
  it('locks live in runs/.store/locks; a scope with slashes stays one name', () => {
    expect(storeFolder('runs')).toBe('runs/.store')
    expect(lockPath('runs', 'publish-a/../b c')).toBe('runs/.store/locks/publish-a_.._b_c.lock')
    expect(runLockPath('runs', 'id')).toBe('runs/.store/locks/run-id.lock')
  })

  it('publications follow the contract; staging lies beside v1', () => {
    expect(publicationPaths({ root: 'scores', name: 'shop', asOf: '2026-01-31', runId: 'r' })).toEqual({
      version: 'scores/shop/v1',
      day: 'scores/shop/v1/2026-01-31',
      final: 'scores/shop/v1/2026-01-31/r',
      current: 'scores/shop/v1/2026-01-31/current.json',
      latest: 'scores/shop/v1/latest.json',
      staging: 'scores/shop/.staging',
    })
  })
})
