import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { finished } from '../cli/command-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const hasPython = spawnSync('python3', ['--version']).status === 0
const LONG = 60_000

/** A receiver in another language, started by the run itself. */
const run = (...more: readonly string[]) =>
  finished(['run', 'scenarios/your-receiver', '--', 'python3', 'fixtures/receivers/receiver.py', ...more], {
    cwd: ROOT,
  })

if (!hasPython) process.stderr.write('There is no python3 here: the receiver in Python is not tried.\n')

describe.skipIf(!hasPython)('the scenarios for a receiver of your own', () => {
  it('are passed by one that verifies, in Python', { timeout: LONG }, async () => {
    const { code, out } = await run()
    expect(out.split('\n').at(-1)).toBe('8 passed, 0 failed, 0 skipped')
    expect(code).toBe(0)
  })

  it('catch one that trusts everything', { timeout: LONG }, async () => {
    const { code, out } = await run('--trusting')
    const failed = [...out.matchAll(/^failed {2}(.*)$/gm)].map(([, name]) => name)
    expect(failed).toEqual([
      'a body that was changed on its way is refused, and the true one is taken afterwards',
      'a note without a signature is refused',
      'the same JSON in other bytes is refused, since what was signed are the bytes',
      'a note that is signed with another secret is refused',
    ])
    expect(out.split('\n').at(-1)).toBe('4 passed, 4 failed, 0 skipped')
    expect(code).toBe(1)
  })
})
