import { describe, expect, it } from 'vitest'
import type { RunScenarioOptions } from '../../src/scenario/run/run-scenario.ts'
import { runScenario } from '../../src/scenario/run/run-scenario.ts'
import { SLOW, scenarioFile, wrong } from '../support/run-steps.ts'

const ACME = new URL('../support/acme.yaml', import.meta.url).pathname
const ORDERED = new URL('../support/acme@ordered.yaml', import.meta.url).pathname

async function run(text: string, options: RunScenarioOptions = {}) {
  const result = await runScenario(await scenarioFile(`version: 1\nname: a story\nseed: 1\n${text}`), options)
  return {
    wrong: wrong(result),
    reason: result.reason,
    providers: result.providers,
    ran: result.steps.length,
  }
}

const passed = (providers: readonly string[], ran: number) => ({
  wrong: null,
  reason: null,
  providers,
  ran,
})

const STORY = `webhooks: { app: { url: $receiver } }
steps:
  - { trigger: EVENT, as: event }
  - { expect: { delivery: { of: event, status: succeeded, attempts: 1 } } }
  - { expect: { received: { of: event, signature: valid, count: 1 } } }
`
const story = (provider: string, event: string) =>
  `provider: ${provider}\n${STORY.replaceAll('EVENT', event)}`

describe('a scenario of a variant', SLOW, () => {
  it.each([
    ['beel@autumn-2026', 'invoice.issued', 'beel@autumn-2026'],
    ['beel@spring-2026', 'invoice.emitted', 'beel'],
    ['tsanet@v2', 'note.created', 'tsanet@v2'],
  ])('runs at %s', async (provider, event, id) => {
    expect(await run(story(provider, event))).toEqual(passed([id], 3))
  })

  it('calls operations and gets bodies that are that variant’s alone', async () => {
    const text = `provider: tsanet@v2
webhooks: { app: { url: $receiver } }
steps:
  - { call: listWebhookSubscriptionsV2, expect: { status: 200 } }
  - { request: { method: GET, url: $mock.tsanet/v2/webhooks }, expect: { status: 401 } }
  - { request: { method: GET, url: $mock.tsanet@v2/v2/webhooks }, expect: { status: 401 } }
  - { trigger: note.created, as: note }
  - { expect: { received: { of: note, body: { specversion: '1.0', type: org.tsanet.connect.note.created } } } }
`
    expect(await run(text)).toEqual(passed(['tsanet@v2'], 5))
  })

  it('takes several at once, each by its name', async () => {
    const text = `providers: [beel, beel@autumn-2026, tsanet@v2]
webhooks:
  old: { url: $receiver }
  new: { provider: beel@autumn-2026, url: $receiver }
steps:
  - { trigger: { event: invoice.emitted }, as: first }
  - { trigger: { provider: beel@autumn-2026, event: invoice.issued }, as: second }
  - { expect: { delivery: { of: first, to: old, status: succeeded } } }
  - { expect: { delivery: { of: second, to: new, status: succeeded } } }
  - { expect: { received: { of: first, to: old, count: 1 } } }
  - { expect: { received: { of: second, to: new, count: 1 } } }
  - { call: { provider: beel@spring-2026, operation: listWebhookSubscriptions }, expect: { status: 200 } }
  - { call: { provider: beel@autumn-2026, operation: getMyIdentity }, expect: { status: 200 } }
`
    expect(await run(text)).toEqual(passed(['beel', 'beel@autumn-2026', 'tsanet@v2'], 8))
  })

  it('says what only another variant has', async () => {
    const result = await run(story('beel@autumn-2026', 'invoice.emitted'))
    expect(result.reason).toContain('beel@autumn-2026 has no event "invoice.emitted"')
  })
})

describe('a chosen variant', SLOW, () => {
  it.each([
    ['beel=autumn-2026', 'beel', 'invoice.issued', 'beel@autumn-2026'],
    ['autumn-2026', 'beel', 'invoice.issued', 'beel@autumn-2026'],
    ['autumn-2026', 'tsanet', 'note.created', 'tsanet'],
    ['autumn-2026', 'beel@spring-2026', 'invoice.emitted', 'beel'],
    ['spring-2026', 'beel', 'invoice.emitted', 'beel'],
  ])('%s has a scenario of %s, with %s, run at %s', async (variant, provider, event, id) => {
    expect(await run(story(provider, event), { variant })).toEqual(passed([id], 3))
  })

  it("can be of documents of one's own, and of several providers", async () => {
    const text = `providers: [acme, beel]
webhooks: { notes: { url: $receiver }, bills: { provider: beel, url: $receiver } }
steps:
  - { trigger: note.created, as: note }
  - { trigger: { provider: beel, event: invoice.issued }, as: bill }
  - { expect: { delivery: { of: note, to: notes, status: succeeded } } }
  - { expect: { delivery: { of: bill, to: bills, status: succeeded } } }
`
    const options = { specs: [ACME, ORDERED], variant: ['acme=ordered', 'beel=autumn-2026'] }
    expect(await run(text, options)).toEqual(passed(['acme@ordered', 'beel@autumn-2026'], 4))
  })

  it('leaves a scenario that names variants as it is', async () => {
    const text = `providers: [beel, beel@autumn-2026]
webhooks: { app: { url: $receiver } }
steps:
  - { trigger: invoice.emitted, as: event }
  - { expect: { delivery: { of: event, status: succeeded } } }
`
    expect(await run(text, { variant: 'autumn-2026' })).toEqual(passed(['beel', 'beel@autumn-2026'], 2))
  })

  it.each([
    ['autum', 'no provider that is served has it', 'beel=autumn-2026'],
    ['beel=autum', 'beel has no such variant', 'Known are beel=spring-2026, beel=autumn-2026.'],
    ['bel=autumn-2026', 'the provider "bel" is not served', 'Did you mean "beel"?'],
  ])('has to be known: %s', async (variant, reason, hint) => {
    const result = await run(story('tsanet', 'note.created'), { variant })
    expect(result.reason).toContain(`Failed to choose the variant "${variant}": ${reason}.`)
    expect(result.reason).toContain(hint)
  })
})
