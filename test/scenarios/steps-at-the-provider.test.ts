import { describe, expect, it } from 'vitest'
import { runSteps, SLOW, wrong } from '../support/run-steps.ts'

describe('call', SLOW, () => {
  it('goes over HTTP with the credentials of the account, and captures from the answer', async () => {
    const result = await runSteps(`
      - { call: { operation: createWebhookSubscription, body: { callbackUrl: "$receiver/more", eventTypes: [note.created] } }, as: made, capture: { id: /id, code: status, type: header/content-type }, expect: { status: 2xx } }
      - { call: { operation: deleteWebhookSubscription, path: { id: $id } }, expect: { status: 2xx } }
      - { request: { url: "$mock.tsanet/v1/webhooks", headers: { Authorization: Bearer tsanet_test } }, expect: { status: $code, headers: { content-type: $type } } }
      - { call: { operation: listWebhookSubscriptions, account: other }, expect: { status: 200, body: [] } }
      - { call: { operation: listWebhookSubscriptions, anonymous: true }, expect: { status: 401 } }
      - { expect: { answer: { of: made, body: { id: $made.body.id } } } }
      - { expect: { requests: { operation: createWebhookSubscription, count: 1 } } }
    `)
    expect(wrong(result)).toBeNull()
    expect(result.status).toBe('passed')
  })

  it('fails where it is refused and nothing could notice', async () => {
    const refused = '{ call: { operation: listWebhookSubscriptions, anonymous: true }'
    const says = 'status: expected below 400, or expect: { status: 401 } at this step, got 401'
    expect(wrong(await runSteps(`- ${refused} }`))).toEqual({
      step: '1 failed',
      says: [expect.stringContaining(says)],
    })
    const later = '- { expect: { answer: { of: answer, status: 401 } } }'
    expect(wrong(await runSteps(`- ${refused}, as: answer }\n${later}`))).toBeNull()
  })

  it('fails where the answer is another one, or none', async () => {
    expect(
      wrong(
        await runSteps(
          `- { call: { operation: listWebhookSubscriptions }, expect: { status: 404, body: { a: 1 } } }`,
        ),
      ),
    ).toEqual({
      step: '1 failed',
      says: [
        'status: expected 404, got 200',
        expect.stringMatching(/^body: expected {"a":1}, got \[\{"id":1/),
      ],
    })
    const faulty = (what: string) =>
      `faults: { api: [{ on: { operation: listWebhookSubscriptions }, do: ${what} }] }`
    expect(wrong(await runSteps('- { call: listWebhookSubscriptions }', { more: faulty('reset') }))).toEqual({
      step: '1 failed',
      says: ['answer: expected one, got the connection was reset'],
    })
    expect(
      wrong(
        await runSteps(
          '- { call: { operation: listWebhookSubscriptions, timeout: 50ms }, expect: { status: 200 } }',
          {
            more: faulty('timeout'),
          },
        ),
      ),
    ).toEqual({ step: '1 failed', says: ['answer: expected 200, got no answer within 50ms'] })
  })

  it('meets an expected error', async () => {
    const more = 'faults: { api: [{ do: [empty, malformed] }] }'
    const result = await runSteps(
      `
      - { call: listWebhookSubscriptions, expect: { error: the connection was closed before the answer was complete } }
      - { call: listWebhookSubscriptions, expect: { error: /not HTTP/ } }
      - { expect: { requests: { statuses: [empty, malformed] } } }
    `,
      { more },
    )
    expect(wrong(result)).toBeNull()
    expect(result.status, result.reason ?? '').toBe('passed')
  })

  it('fails where there is nothing to capture, and is broken where a parameter is missing', async () => {
    expect(wrong(await runSteps('- { call: listWebhookSubscriptions, capture: { first: /5/id } }'))).toEqual({
      step: '1 failed',
      says: ['/5/id of the answer: expected something for $first, got nothing'],
    })
    expect(await runSteps('- { call: { operation: deleteWebhookSubscription, path: {} } }')).toMatchObject({
      status: 'broken',
      reason: expect.stringContaining(
        'deleteWebhookSubscription lacks its path parameter "id". Add path: { id: … }.',
      ),
      exitCode: 2,
    })
  })
})

describe('trigger', SLOW, () => {
  it('names what happened', async () => {
    const result = await runSteps(`
      - { trigger: { event: note.created, payload: { noteToken: n-9 }, id: 11111111-1111-4111-8111-111111111111 }, as: note }
      - { trigger: { event: note.created, count: 5 }, as: many }
      - { expect: { received: { of: note, count: 1, body: { noteToken: $note.body.noteToken } } } }
      - { expect: { delivery: { of: many, status: succeeded, count: 5 } } }
      - { request: { url: "$mock/_mock/events/$note.event" }, expect: { body: { providerId: $note.id, type: $note.type } } }
    `)
    expect(wrong(result)).toBeNull()
    expect(result.deliveries).toHaveLength(6)
  })

  it('is broken where the body breaks the contract', async () => {
    expect(
      wrong(await runSteps('- { trigger: { event: note.created, payload: { noteToken: 7 } } }')),
    ).toEqual({
      step: '1 broken',
      error:
        'Failed to trigger note.created. The body breaks the contract of note.created: body/noteToken must be string. Correct the payload, or say raw: true to send it all the same.',
      exitCode: 2,
    })
    expect(
      wrong(await runSteps('- { trigger: { event: note.created, payload: { noteToken: 7 }, raw: true } }')),
    ).toBeNull()
  })

  it('says why nobody got it', async () => {
    const result = await runSteps(`
      - { trigger: collaboration-request.created, as: request }
      - { expect: { delivery: { of: request, status: succeeded } } }
    `)
    expect(wrong(result)).toEqual({
      step: '2 failed',
      says: [
        'deliveries: expected at least one, got 0: watches note.created, the event is collaboration-request.created',
      ],
    })
  })
})

describe('register', SLOW, () => {
  it('adds a webhook that later steps can name', async () => {
    const result = await runSteps(`
      - { register: { name: second, url: "$receiver/second", secret: abc } }
      - { trigger: note.created, as: note }
      - { expect: { delivery: { of: note, to: second, status: succeeded } } }
      - { expect: { received: { to: second, count: 1, signature: valid, secret: abc } } }
      - { expect: { received: { to: second, signature: invalid, secret: $secret.app } } }
      - { request: { url: $second.url } , expect: { status: 200 } }
    `)
    expect(wrong(result)).toBeNull()
  })

  it('asks the API where something is made of its answer', async () => {
    const result = await runSteps(`
      - { register: { name: second, url: "$receiver/second", fields: { eventTypes: [note.created] }, secret: abc }, expect: { status: 2xx, body: { callbackUrl: "$receiver/second" } }, capture: { id: /id } }
      - { trigger: note.created, as: note }
      - { expect: { received: { to: second, count: 1, signature: valid, secret: abc } } }
      - { call: { operation: deleteWebhookSubscription, path: { id: $id } } }
      - { expect: { webhook: { name: second, deleted: true } } }
      - { expect: { requests: { operation: createWebhookSubscription, count: 1 } } }
    `)
    expect(wrong(result)).toBeNull()
    const refused = await runSteps('- { register: { name: bad, url: nonsense }, expect: { status: 2xx } }')
    expect(wrong(refused)).toMatchObject({ step: '1 failed', says: ['status: expected 2xx, got 500'] })
  })

  it('is broken where the provider would not take it', async () => {
    expect(wrong(await runSteps('- { register: { name: bad, url: nonsense } }'))).toMatchObject({
      step: '1 broken',
      exitCode: 2,
      error: expect.stringContaining('Failed to register a webhook with tsanet: url must match pattern'),
    })
  })
})

describe('rotate, disable, enable and delete', SLOW, () => {
  const story = async (provider: string, event: string, steps: string, fields = '{}') => {
    const { runScenario } = await import('../../src/scenario/run/run-scenario.ts')
    const { scenarioFile } = await import('../support/run-steps.ts')
    const head = `version: 1\nname: a story\nprovider: ${provider}\nvars: { event: ${event} }\n`
    const webhooks = `webhooks: { app: { url: $receiver, fields: ${fields} } }\n`
    return runScenario(await scenarioFile(`${head}${webhooks}steps:\n${steps}`))
  }

  it.each([
    ['companybelgium', 'enterprise.updated'],
    ['beel', 'invoice.emitted'],
  ])('ask the API of %s', async (provider, event) => {
    const result = await story(
      provider,
      event,
      `
  - { call: listWebhookSubscriptions, as: before }
  - { rotate: app }
  - { trigger: $event, as: rotated }
  - { expect: { received: { of: rotated, count: 1, signature: valid, secret: $app.secret } } }
  - { disable: app }
  - { expect: { webhook: { name: app, enabled: false } } }
  - { trigger: $event, as: unseen }
  - { expect: { delivery: { of: unseen, count: 0 } } }
  - { enable: app }
  - { expect: { webhook: { name: app, enabled: true, deleted: false } } }
  - { delete: app }
  - { expect: { webhook: { name: app, deleted: true } } }
  - { expect: { requests: { operation: rotateWebhookSecret, status: 2xx, count: 1 } } }
`.replaceAll('$event', event),
    )
    expect(wrong(result)).toBeNull()
    expect(result.violations).toEqual([])
  })

  it.each([
    ['tsanet', 'note.created'],
    ['donutwork', 'RecurringPayments.charge.paid'],
  ])('delete asks the API of %s, which has nothing for the others', async (provider, event) => {
    expect(
      wrong(
        await story(
          provider,
          event,
          `  - { delete: app }\n  - { expect: { webhook: { name: app, deleted: true } } }`,
        ),
      ),
    ).toBeNull()
    expect(wrong(await story(provider, event, '  - { rotate: app }'))).toEqual({
      step: '1 broken',
      error: `Failed to rotate the webhook: nothing in the API of ${provider} gives a webhook a new secret. Leave the step out, or delete the webhook and register another.`,
      exitCode: 2,
    })
    expect(wrong(await story(provider, event, '  - { disable: app }'))?.error).toContain(
      `nothing in the API of ${provider} switches a webhook off.`,
    )
  })

  it('fail where the API refuses', async () => {
    const result = await runSteps(`
      - { delete: app }
      - { delete: app }
    `)
    expect(wrong(result)).toMatchObject({
      step: '2 failed',
      says: [expect.stringMatching(/^deleteWebhookSubscription: expected success, got 500 /)],
    })
  })
})

describe('resend', SLOW, () => {
  it('sends an event again to each webhook that had it, or to one', async () => {
    const result = await runSteps(`
      - { register: { name: second, url: "$receiver/second" } }
      - { trigger: note.created, as: note }
      - settle
      - { resend: note }
      - { resend: { of: note, to: app } }
      - { expect: { received: { of: note, to: app, count: 3 } } }
      - { expect: { received: { of: note, to: second, count: 2 } } }
    `)
    expect(wrong(result)).toBeNull()
  })

  it('is broken where there was no delivery', async () => {
    const result = await runSteps(`
      - { trigger: collaboration-request.created, as: request }
      - { resend: request }
    `)
    expect(wrong(result)).toEqual({
      step: '2 broken',
      error: 'Failed to send "request" again: it had no delivery. Look at which webhooks watch for it.',
      exitCode: 2,
    })
  })
})
