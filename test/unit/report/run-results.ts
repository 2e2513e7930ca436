import type { AttemptView, DeliveryView } from '../../../src/api/views.ts'
import type { RunResult, ScenarioResult, StepResult } from '../../../src/scenario/result.ts'

export const START = Date.UTC(2026, 9, 12, 14, 32, 15)

export const FILE = 'scenarios/down.yaml'

export const iso = (offset: number) => new Date(START + offset).toISOString()

/** An attempt at so many milliseconds; a number is the status of its answer. */
export function attemptView(
  number: number,
  at: number,
  outcome: number | 'timed-out' | 'connection-failed' | 'blocked' | null,
  parts: Partial<AttemptView> = {},
): AttemptView {
  const responded = typeof outcome === 'number'
  return {
    id: `att_${number}`,
    providerId: `a-${number}`,
    number,
    sequence: number,
    sentAt: iso(at),
    signedAt: iso(at),
    request: {
      method: 'POST',
      url: 'http://127.0.0.1:3000/hooks',
      sentTo: 'http://127.0.0.1:3000/hooks',
      headers: [['X-Signature', 'sha256=secret']],
      body: '{"note":"n-1"}',
      bodyEncoding: 'utf8',
    },
    signature: null,
    outcome:
      outcome === null
        ? null
        : {
            kind: responded ? 'responded' : outcome,
            status: responded ? outcome : null,
            headers: [],
            body: responded ? 'no' : null,
            bodyEncoding: responded ? 'utf8' : null,
            truncated: false,
            error: responded ? null : 'no answer within 1s',
            code: null,
            hint: null,
          },
    durationMs: outcome === null ? null : 12.4,
    faults: [],
    ...parts,
  }
}

export function deliveryView(parts: Partial<DeliveryView> = {}): DeliveryView {
  return {
    id: 'del_1',
    provider: 'acme',
    account: 'main',
    event: { id: 'evt_1', providerId: 'n-1', type: 'note.created' },
    webhook: { id: 'whk_1', providerId: '7', url: 'http://127.0.0.1:3000/hooks' },
    cause: 'event',
    status: 'succeeded',
    reason: null,
    attempts: [attemptView(1, 0, 503), attemptView(2, 10_000, 'timed-out'), attemptView(3, 71_000, 200)],
    nextAttemptAt: null,
    resendOf: null,
    createdAt: iso(0),
    settledAt: iso(71_000),
    ...parts,
  }
}

export function step(number: number, parts: Partial<StepResult> = {}): StepResult {
  return {
    number,
    kind: 'trigger',
    title: 'trigger note.created as note',
    at: { file: FILE, line: 10 + number, column: 5, pointer: `/steps/${number - 1}` },
    status: 'passed',
    durationMs: 3.2,
    mismatches: [],
    error: null,
    deliveries: [],
    ...parts,
  }
}

export const failedStep = step(2, {
  kind: 'expect',
  title: 'expect delivery of note',
  status: 'failed',
  mismatches: [
    { what: 'attempts', expected: '4', actual: '3' },
    { what: 'status', expected: 'exhausted', actual: 'succeeded' },
  ],
  deliveries: [deliveryView()],
})

export const brokenStep = step(2, {
  kind: 'request',
  title: 'request GET /orders',
  status: 'broken',
  error: { message: 'Failed to reach http://127.0.0.1:9: ECONNREFUSED.\nStart the app first.', exitCode: 3 },
})

export function scenario(parts: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    file: FILE,
    name: 'down, then up',
    providers: ['acme'],
    seed: '42',
    clock: 'virtual',
    status: 'passed',
    reason: null,
    startedAt: START,
    durationMs: 1_234,
    steps: [step(1), step(2, { kind: 'expect', title: 'expect delivery of note' })],
    deliveries: [deliveryView()],
    violations: [],
    reproduce: 'npx hookproof run scenarios/down.yaml --seed 42',
    exitCode: 0,
    ...parts,
  }
}

export const failedScenario = scenario({
  status: 'failed',
  exitCode: 1,
  steps: [step(1), failedStep, step(3, { status: 'skipped', title: 'advance 1h' })],
})

export const brokenScenario = scenario({
  file: 'scenarios/app.yaml',
  name: 'the app is away',
  status: 'broken',
  exitCode: 3,
  steps: [step(1), brokenStep],
})

/** Its file could not even be loaded. */
export const unreadableScenario = scenario({
  file: 'scenarios/typo.yaml',
  name: 'scenarios/typo.yaml',
  providers: [],
  status: 'broken',
  reason:
    'scenarios/typo.yaml:4:3 #/stepz: Failed to load the scenario: "stepz" is not known. Did you mean "steps"?',
  exitCode: 2,
  steps: [],
  deliveries: [],
  reproduce: 'npx hookproof run scenarios/typo.yaml',
})

export const skippedScenario = scenario({
  file: 'scenarios/late.yaml',
  name: 'late',
  status: 'skipped',
  reason: 'an earlier scenario failed',
  durationMs: 0,
  steps: [],
  deliveries: [],
  reproduce: '',
})

export function runOf(...scenarios: readonly ScenarioResult[]): RunResult {
  return { startedAt: START, durationMs: 2_500.4, version: '0.1.0', scenarios }
}

export const mixedRun = runOf(scenario(), failedScenario, brokenScenario, unreadableScenario, skippedScenario)
