import { describe, expect, it } from 'vitest'
import { runSteps, SLOW, wrong } from '../support/run-steps.ts'

const DOWN_TWICE = 'receiver: { respond: [503, 503, 200] }'

describe('advance', SLOW, () => {
  it('goes by a duration, to the next attempt, or until all is settled', async () => {
    const result = await runSteps(
      `
      - { trigger: note.created, as: note }
      - { expect: { delivery: { of: note, status: pending, attempts: 1 } } }
      - { advance: 9s999ms }
      - { expect: { delivery: { of: note, attempts: 1 } } }
      - { advance: 1ms }
      - { expect: { delivery: { of: note, attempts: 2 } } }
      - { advance: next }
      - { expect: { delivery: { of: note, status: succeeded, attempts: 3, delays: [0s, 10s, 60s] } } }
      - { trigger: note.created, as: other }
      - { advance: settled }
      - { expect: { received: { of: note, count: 3, signature: valid } } }
    `,
      { more: DOWN_TWICE },
    )
    expect(wrong(result)).toBeNull()
  })

  it('is broken on a clock that runs', async () => {
    const { runScenario } = await import('../../src/scenario/run/run-scenario.ts')
    const at = { file: 'story.yaml', line: 3 }
    const result = await runScenario({
      file: 'story.yaml',
      name: 'a story',
      description: null,
      attemptTimeoutMs: null,
      providers: ['tsanet'],
      clock: { kind: 'real' },
      seed: null,
      vars: {},
      webhooks: [],
      receiver: null,
      faults: [],
      steps: [{ kind: 'advance', to: { by: 1_000 }, at, as: null, title: null }],
    })
    expect(wrong(result)).toEqual({
      step: '1 broken',
      error:
        'Failed to advance the clock: it is real. Only a virtual clock is advanced; start with --clock virtual.',
      exitCode: 2,
    })
    expect(result).toMatchObject({ status: 'broken', exitCode: 2, clock: 'real' })
  })
})

describe('an attempt time-out', SLOW, () => {
  const STEPS = `
    - { trigger: note.created, as: note }
    - { expect: { delivery: { of: note, status: succeeded, attempts: 1 } } }
  `

  it('is that of the file, in place of a second', async () => {
    const slow = "receiver: { respond: ['slow:1100ms'] }"
    expect(wrong(await runSteps(STEPS, { more: `${slow}\nattemptTimeout: 5s` }))).toBeNull()
  })

  it('is the one asked for, in place of that of the file', async () => {
    const slow = "receiver: { respond: ['slow:200ms'] }\nattemptTimeout: 5s"
    const result = await runSteps(STEPS, { more: slow, attemptTimeoutMs: 50 })
    expect(wrong(result)).toMatchObject({ step: '2 failed' })
    expect(result.deliveries[0]?.attempts[0]?.outcome).toMatchObject({ error: 'no answer within 50ms' })
  })
})

describe('settle and wait', SLOW, () => {
  it('wait in real time for what is on its way', async () => {
    const result = await runSteps(
      `
      - { trigger: note.created, as: note }
      - { wait: { received: { of: note, count: 2 }, within: 5s } }
      - { settle: 5s }
      - { expect: { delivery: { of: note, status: succeeded } } }
    `,
      { more: 'clock: x100\nreceiver: { respond: [503, 200] }' },
    )
    expect(wrong(result)).toBeNull()
    expect(result.durationMs).toBeLessThan(5_000)
  })

  it('wakes at what happens, not at the next look', async () => {
    const result = await runSteps(
      `
      - { call: listWebhookSubscriptions }
      - { trigger: note.created, as: note }
      - { wait: { received: { of: note, count: 2 }, within: 20s } }
    `,
      { more: 'clock: x100\nreceiver: { respond: [503, 200] }' },
    )
    expect(wrong(result)).toBeNull()
    expect(result.steps[2]?.durationMs).toBeLessThan(1_500)
  })

  it('fail when the time is over', async () => {
    const waited = await runSteps(`
      - { trigger: note.created, as: note }
      - { wait: { received: { of: note, count: 2 }, within: 60ms } }
    `)
    expect(wrong(waited)).toEqual({ step: '2 failed', says: ['received: expected 2, got 1, after 60ms'] })
    expect(waited.steps[1]?.deliveries).toHaveLength(1)
    const settled = await runSteps(
      `
      - { trigger: note.created }
      - { settle: 50ms }
    `,
      { more: 'receiver: { respond: [timeout] }' },
    )
    expect(wrong(settled)).toEqual({
      step: '2 failed',
      says: ['deliveries: expected settled within 50ms, got 1 in flight, 1 pending'],
    })
  })
})

describe('restart', SLOW, () => {
  it('does not turn back the clock', async () => {
    const result = await runSteps(
      `
      - { trigger: note.created, as: note }
      - { advance: 9s }
      - restart
      - { advance: 1s }
      - { expect: { delivery: { of: note, status: succeeded, delays: [0s, 10s] } } }
    `,
      { more: 'receiver: { respond: [503, 200] }' },
    )
    expect(wrong(result)).toBeNull()
  })

  it('cuts off what is in flight, and goes on with the same state, time, port and faults', async () => {
    const result = await runSteps(
      `
      - { call: listWebhookSubscriptions, expect: { status: 503 }, as: first }
      - { trigger: note.created, as: late }
      - { expect: { delivery: { of: late, attempts: 1 } } }
      - { advance: 4s }
      - { trigger: note.created, as: note }
      - { wait: { received: { of: note, count: 1 }, within: 5s } }
      - restart
      - { expect: { delivery: { of: note, status: succeeded, codes: [interrupted, 200] } } }
      - { advance: 5s }
      - { expect: { delivery: { of: late, attempts: 1 } } }
      - { advance: 1s }
      - { expect: { delivery: { of: late, status: succeeded, attempts: 2, delays: [0s, 10s] } } }
      - { call: listWebhookSubscriptions, expect: { status: 503 } }
      - { expect: { requests: { operation: listWebhookSubscriptions, count: 2 } } }
      - { expect: { received: { of: late, count: 2, signature: valid } } }
    `,
      {
        more: `receiver: { respond: [503, timeout, 200] }
faults: { api: [{ on: { operation: listWebhookSubscriptions }, do: 503 }] }`,
      },
    )
    expect(wrong(result)).toBeNull()
  })
})

describe('expect', SLOW, () => {
  it('waits for what is on its way', async () => {
    const result = await runSteps(
      `
      - { trigger: note.created, as: note }
      - { expect: { delivery: { of: note, status: succeeded } } }
    `,
      { more: 'receiver: { respond: ["slow:300ms"] }' },
    )
    expect(wrong(result)).toBeNull()
  })
})

describe('fault and clear', SLOW, () => {
  it('come and go, also over a restart', async () => {
    const result = await runSteps(`
      - { fault: { plane: api, on: { operation: listWebhookSubscriptions }, do: 503 }, as: down }
      - { fault: { plane: delivery, on: { webhook: app }, do: missing-signature }, as: unsigned }
      - { call: listWebhookSubscriptions, expect: { status: 503 } }
      - restart
      - { call: listWebhookSubscriptions, expect: { status: 503 } }
      - { clear: down }
      - { call: listWebhookSubscriptions, expect: { status: 200 } }
      - { trigger: note.created, as: first }
      - { expect: { received: { of: first, signature: missing } } }
      - { clear: all }
      - { trigger: note.created, as: second }
      - { expect: { received: { of: second, signature: valid } } }
    `)
    expect(wrong(result)).toBeNull()
  })

  it('are noted on what they applied to', async () => {
    const result = await runSteps(`
      - { fault: { plane: receiver, on: { event: note.created, attempt: 1 }, do: 503 } }
      - { fault: { plane: delivery, on: { attempt: 2 }, do: duplicate } }
      - { trigger: note.created, as: note }
      - { advance: settled }
      - { expect: { delivery: { of: note, codes: [503, 200], faults: [duplicate] } } }
      - { expect: { received: { of: note, count: 4 } } }
    `)
    expect(wrong(result)).toEqual({ step: '6 failed', says: ['received: expected 4, got 3'] })
  })
})
