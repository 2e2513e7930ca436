import { describe, expect, it } from 'vitest'
import { reproduceLine } from '../../../src/scenario/result.ts'

const line = (given: Partial<Parameters<typeof reproduceLine>[0]>) =>
  reproduceLine({ file: 'a.yaml', seed: '7', set: {}, more: [], ...given })

describe('the line that reproduces a run', () => {
  it.each<[Parameters<typeof line>[0], string]>([
    [{}, 'hookproof run a.yaml --seed 7'],
    [{ seed: null }, 'hookproof run a.yaml'],
    [{ set: { note: 'n-2', count: 3 } }, 'hookproof run a.yaml --seed 7 --set note=n-2 --set count:=3'],
    [{ file: "it's here.yaml" }, String.raw`hookproof run 'it'\''s here.yaml' --seed 7`],
    [
      { more: ['--receiver', 'http://127.0.0.1:{port}', '--', 'node', '-e', 'a b'], set: { a: 'x y' } },
      "hookproof run a.yaml --seed 7 --set 'a=x y' --receiver 'http://127.0.0.1:{port}' -- node -e 'a b'",
    ],
  ])('%j', (given, expected) => {
    expect(line(given)).toBe(expected)
  })
})
