import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Expectation } from '../../src/scenario/expectations/index.ts'
import { loadScenario } from '../../src/scenario/file/load.ts'
import { runScenario } from '../../src/scenario/run/run-scenario.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import type { Step } from '../../src/scenario/steps/index.ts'
import { splitId } from '../../src/spec/names.ts'
import { shippedProviders } from '../../src/spec/shipped.ts'

const FOLDER = fileURLToPath(new URL('../../scenarios', import.meta.url))
const files = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith('.yaml')).sort()

/** A run of each of its own takes too long to be done once more for each expectation. */
const BROKEN_ONCE = new Set(['burst.yaml', 'retrying-client.yaml', 'exhausted.yaml'])

describe('the library of scenarios', () => {
  it('tells at least 24 stories, of every provider', { timeout: 60_000 }, async () => {
    const scenarios = await Promise.all(files.map((file) => loadScenario(join(FOLDER, file))))
    expect(files.length).toBeGreaterThanOrEqual(24)
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(files.length)
    const played = new Set(scenarios.flatMap(({ providers }) => providers.map((id) => splitId(id).name)))
    expect([...played].toSorted()).toEqual([...new Set(shippedProviders().map(({ name }) => name))])
  })

  describe.each(files)('%s', (file) => {
    it('passes', async () => {
      const { status, steps, reason } = await runScenario(join(FOLDER, file))
      expect({ status, reason, wrong: steps.filter((step) => step.status !== 'passed') }).toEqual({
        status: 'passed',
        reason: null,
        wrong: [],
      })
    })

    it('fails where its expectation is broken', async () => {
      const scenario = await loadScenario(join(FOLDER, file))
      const judging = scenario.steps.flatMap((step, i) => (broken(step) === null ? [] : [i]))
      expect(judging.length).toBeGreaterThan(0)
      for (const i of BROKEN_ONCE.has(file) ? judging.slice(-1) : judging) {
        const { status, steps } = await runScenario(withBroken(scenario, i))
        expect({
          status,
          failed: steps.filter((step) => step.status === 'failed').map((step) => step.number),
        }).toEqual({ status: 'failed', failed: [i + 1] })
        expect(steps[i]?.mismatches.length).toBeGreaterThan(0)
      }
    })
  })
})

function withBroken(scenario: Scenario, index: number): Scenario {
  return {
    ...scenario,
    steps: scenario.steps.slice(0, index + 1).map((step, i) => (i === index ? (broken(step) ?? step) : step)),
  }
}

/** The step with something expected that cannot be; null where it expects nothing. */
function broken(step: Step): Step | null {
  if (step.kind === 'expect') return { ...step, that: { ...step.that, ...altered(step.that) } } as Step
  if (step.kind === 'wait')
    return { ...step, withinMs: 50, for: { ...step.for, ...altered(step.for) } } as Step
  if (step.kind === 'exec') return { ...step, expect: { ...step.expect, exit: 77 } }
  if ((step.kind === 'call' || step.kind === 'request') && step.expect !== null)
    return {
      ...step,
      expect: 'error' in step.expect ? { error: '/never/' } : { ...step.expect, status: 299 },
    }
  return null
}

function altered(wanted: Expectation): Record<string, unknown> {
  const expectation = wanted as unknown as Readonly<Record<string, unknown>>
  if (expectation.kind === 'webhook')
    return Object.fromEntries(
      ['enabled', 'deleted'].flatMap((key) => (key in expectation ? [[key, expectation[key] !== true]] : [])),
    )
  if (expectation.kind === 'delivery' && expectation.count === undefined) return { attempts: 99 }
  if (
    expectation.kind === 'received' &&
    expectation.count === undefined &&
    expectation.signature !== undefined
  )
    return { signature: expectation.signature === 'valid' ? 'invalid' : 'valid' }
  return { count: { min: 100_000 } }
}
