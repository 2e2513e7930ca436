import { describe, expect, it } from 'vitest'
import { startReceiver } from '../../src/receiver/receiver.ts'
import type { RunProgress, ScenarioResult } from '../../src/scenario/result.ts'
import { runScenario } from '../../src/scenario/run/run-scenario.ts'
import { runSteps, SLOW, scenarioFile, wrong } from '../support/run-steps.ts'

const STORY = `version: 1
name: a receiver that is down for two attempts gets the note on the third
provider: tsanet
clock: virtual
seed: 42
vars: { note: n-1 }
webhooks:
  app: { url: $receiver, fields: { eventTypes: [note.created] } }
receiver: { respond: [503, timeout, 200] }
faults:
  api:
    - { on: { operation: listWebhooks }, do: [503, { status: 429, headers: { Retry-After: "2" } }, pass] }
  delivery:
    - { on: { event: note.created, attempt: 3 }, do: duplicate, with: { copies: 2 } }
steps:
  - { call: { operation: listWebhooks }, expect: { status: 503 } }
  - { trigger: { event: note.created, payload: { noteToken: $note } }, as: note }
  - { advance: 6m10s }
  - { expect: { delivery: { of: note, to: app, status: succeeded, attempts: 3, delays: [0s, 10s, 60s] } } }
  - { expect: { received: { of: note, count: 4 } } }
`

describe('runScenario', SLOW, () => {
  it('passes a story with faults on all planes', async () => {
    const file = await scenarioFile(STORY)
    const result = await runScenario(file)
    expect(wrong(result)).toBeNull()
    expect(result).toMatchObject({
      file,
      name: 'a receiver that is down for two attempts gets the note on the third',
      providers: ['tsanet'],
      seed: '42',
      clock: 'virtual',
      status: 'passed',
      reason: null,
      violations: [],
      reproduce: `hookproof run ${file} --seed 42`,
      exitCode: 0,
    })
    expect(result.steps.map(({ title }) => title)).toEqual([
      'call listWebhooks',
      'trigger note.created as note',
      'advance 6m10s',
      'expect delivery of note to app: status succeeded, attempts 3, delays 0s 10s 1m',
      'expect received of note: count 4',
    ])
    expect(result.steps.map(({ at }) => [at.file, at.line])).toEqual(
      [16, 17, 18, 19, 20].map((line) => [file, line]),
    )
  })

  it('is the same again with the same seed', async () => {
    const file = await scenarioFile(STORY)
    const [first, second] = [await runScenario(file), await runScenario(file)]
    expect(timeless(second)).toEqual(timeless(first))
    const other = await runScenario(file, { seed: '43' })
    expect(other.status).toBe('passed')
    expect(other.deliveries[0]?.id).not.toBe(first.deliveries[0]?.id)
  })

  it('fails with what was expected, what came, and the deliveries', async () => {
    const file = await scenarioFile(
      STORY.replace('count: 4', 'count: 5').replace('attempts: 3, delays', 'attempts: 2, delays'),
    )
    const result = await runScenario(file, { set: { note: 'n 2' } })
    expect(wrong(result)).toEqual({ step: '4 failed', says: ['attempts: expected 2, got 3'] })
    expect(result).toMatchObject({ status: 'failed', exitCode: 1, reason: null })
    expect(result.steps.map(({ status }) => status)).toEqual([
      'passed',
      'passed',
      'passed',
      'failed',
      'skipped',
    ])
    expect(result.steps[3]?.deliveries.map(({ attempts }) => attempts.length)).toEqual([3])
    expect(result.deliveries[0]?.attempts[0]?.request.body).toContain('"n 2"')
    expect(result.reproduce).toBe(`hookproof run ${file} --seed 42 --set 'note=n 2'`)
  })

  it('tells what happens while it happens', async () => {
    const entries: RunProgress[] = []
    const result = await runSteps('- settle\n- { call: listWebhooks, expect: { status: 404 } }\n- settle', {
      onProgress: (entry) => void entries.push(entry),
    })
    expect(entries.map((entry) => (entry.type === 'step' ? entry.step.status : entry.type))).toEqual([
      'scenario-started',
      'passed',
      'failed',
      'skipped',
      'scenario-ended',
    ])
    expect(entries[0]).toMatchObject({ name: 'a story', steps: 3 })
    expect(entries.at(-1)).toEqual({ type: 'scenario-ended', result })
  })

  it('stops after a step, by its number or a name', async () => {
    const steps =
      '- settle\n- { trigger: note.created, as: note }\n- { call: listWebhooks, expect: { status: 404 } }'
    for (const until of ['2', 'note']) {
      const result = await runSteps(steps, { until })
      expect(result.status).toBe('passed')
      expect(result.steps.map(({ status }) => status)).toEqual(['passed', 'passed', 'skipped'])
    }
    const result = await runSteps(steps, { until: '4' })
    expect(result).toMatchObject({ status: 'broken', exitCode: 2, steps: [] })
    expect(result.reason).toMatch(
      /story\.yaml: Failed to run until "4": there is no such step\. Name a step by its number \(1 to 3\), its "as" or its "title"\.$/,
    )
  })

  it('is broken by a file that cannot be run', async () => {
    const missing = await runScenario('no/such.yaml')
    expect(missing).toMatchObject({ status: 'broken', exitCode: 2, name: 'no/such.yaml', steps: [] })
    expect(missing.reason).toMatch(/no\/such\.yaml/)
    const standing = await scenarioFile('version: 1\nname: standing\nprovider: tsanet\n')
    expect((await runScenario(standing)).reason).toBe(
      `${standing}: Failed to run the scenario: it has no steps. A file without steps is a standing situation: start --scenario loads it.`,
    )
    const file = await scenarioFile(STORY)
    expect(await runScenario(file, { set: { nota: 1 } })).toMatchObject({
      status: 'broken',
      exitCode: 2,
      reason: `${file}: Failed to set "nota": there is no such variable. Did you mean "note"?`,
      reproduce: '',
    })
  })

  it('is broken, with the place, by a webhook that the provider would not take', async () => {
    const result = await runSteps('- settle', { more: '  bad: { url: nonsense }' })
    expect(result).toMatchObject({ status: 'broken', exitCode: 2, steps: [] })
    expect(result.reason).toMatch(
      /story\.yaml:7:\d+ #\/webhooks\/bad: Failed to register a webhook with tsanet: /,
    )
  })

  it('is broken by a port that is taken', async () => {
    await using receiver = await startReceiver()
    const result = await runSteps('- settle', { port: receiver.port })
    expect(result).toMatchObject({ status: 'broken', exitCode: 3 })
    expect(result.reason).toContain(`${receiver.port}`)
  })

  it("runs with a receiver of one's own, of which the stand-in then knows nothing", async () => {
    await using own = await startReceiver({ path: '/hooks' })
    const steps = `
      - { trigger: note.created, as: note }
      - { expect: { delivery: { of: note, status: succeeded, attempts: 1 } } }
      - { request: { url: $receiver }, expect: { status: 200 } }
      - { expect: { received: 1 } }
    `
    const receiver = { url: `${own.url}`, secret: 'known-to-it' }
    const result = await runSteps(steps, {
      receiver,
      more: 'receiver: { respond: [503] }',
      headers: { 'X-Tunnel': 'open' },
    })
    expect(wrong(result)).toEqual({
      step: '4 broken',
      error:
        'Failed to look at what was received: that asks the stand-in receiver, and another one was given. Run it without --receiver, or expect deliveries, or observe the receiver.',
      exitCode: 2,
    })
    const { createHmac } = await import('node:crypto')
    const [delivery] = own.received
    const header = (name: string) => delivery?.headers.find(([one]) => one.toLowerCase() === name)?.[1]
    expect(header('x-hub-signature-256')).toBe(
      `sha256=${createHmac('sha256', 'known-to-it')
        .update(delivery?.body ?? '')
        .digest('hex')}`,
    )
    expect(header('x-tunnel')).toBe('open')
  })

  it('leaves the mock up after a failure where that is asked for', async () => {
    const kept: { origin: string; close: () => Promise<void> }[] = []
    const keep = (mock: { readonly origin: string }, close: () => Promise<void>) =>
      void kept.push({ origin: mock.origin, close })
    await runSteps('- settle', { keep })
    expect(kept).toEqual([])
    await runSteps('- { call: listWebhooks, expect: { status: 404 } }', { keep })
    const [left] = kept
    expect((await fetch(`${left?.origin}/_mock/health`)).status).toBe(200)
    await left?.close()
    await expect(fetch(`${left?.origin}/_mock/health`)).rejects.toThrow('fetch failed')
  })

  it('does not pass a trigger that it broke off', async () => {
    const controller = new AbortController()
    const { steps } = await runSteps('- settle\n- { trigger: { event: note.created, count: 100000 } }', {
      signal: controller.signal,
      onProgress: (entry) => {
        if (entry.type === 'step') setTimeout(() => controller.abort(), 50)
      },
    })
    expect(steps.map(({ status }) => status)).toEqual(['passed', 'skipped'])
  })

  it('ends early when it is told to', async () => {
    const controller = new AbortController()
    const result = await runSteps(
      '- settle\n- { wait: { received: { count: 1 }, within: 1m } }\n- { exec: sleep 60 }',
      {
        signal: controller.signal,
        onProgress: (entry) => {
          if (entry.type === 'step') setTimeout(() => controller.abort(), 50)
        },
      },
    )
    expect(result).toMatchObject({ status: 'skipped', reason: 'interrupted', exitCode: 0 })
    expect(result.steps.map(({ status }) => status)).toEqual(['passed', 'skipped', 'skipped'])
    expect(result.durationMs).toBeLessThan(10_000)
  })
})

/** Without what the wall clock made: times, durations, signatures and ports. */
function timeless({ startedAt: _startedAt, durationMs: _durationMs, ...result }: ScenarioResult): unknown {
  const MADE_BY_TIME = /^(durationMs|\w+At|headers|signature|url|sentTo)$/
  const text = JSON.stringify(result, (key, value) => (MADE_BY_TIME.test(key) ? null : value))
  return JSON.parse(text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then'))
}
