import { verify } from '@octokit/webhooks-methods'
import Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AttemptView, DeliveryView, EventView, WebhookView } from '../../src/api/views.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { verifySignature } from '../../src/signature/verify.ts'
import { attemptsAt } from '../support/attempts.ts'
import { type Wire, type WireAnswers, type WireReceiver, wireReceiver } from '../support/wire-receiver.ts'

/** Two ways of signing, each judged by us and by the verifier that others wrote. */
const HUB = { provider: 'tsanet', type: 'note.created', fields: { eventTypes: ['note.created'] } }
const TIMED = { provider: 'beel', type: 'invoice.emitted', fields: { events: ['invoice.emitted'] } }
const STATIC = {
  provider: 'donutwork',
  type: 'RecurringPayments.charge.paid',
  fields: { events: ['RecurringPayments.charge.paid'] },
}
type Subject = { readonly provider: string; readonly type: string; readonly fields: JsonObject }

const TIMEOUT_MS = 1_500
let mock: Mock
beforeAll(async () => {
  mock = await startMock({
    providers: [HUB.provider, TIMED.provider, STATIC.provider],
    clock: 'virtual',
    seed: '7',
    attemptTimeoutMs: TIMEOUT_MS,
  })
  // The HTTP client and the contract engine take a while to load.
  await using _ = await deliverWith([])
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

interface Result extends AsyncDisposable {
  readonly there: WireReceiver
  readonly webhook: WebhookView
  readonly event: EventView
  readonly deliveries: readonly DeliveryView[]
  attempts(): Promise<readonly AttemptView[]>
}

/** One event under these faults, delivered as far as it goes now. */
async function deliverWith(
  faults: Json,
  { subject = HUB, answers }: { subject?: Subject; answers?: WireAnswers } = {},
): Promise<Result> {
  const there = await wireReceiver(answers)
  for (const one of [faults].flat() as Json[]) mock.use({ plane: 'delivery', do: one })
  const { provider, type, fields } = subject
  const webhook = await mock.register(provider, { url: there.url, fields })
  const { event, deliveries } = await mock.trigger(provider, type)
  await mock.settle()
  return {
    there,
    webhook,
    event,
    deliveries,
    attempts: () => attemptsAt(mock, webhook.id),
    [Symbol.asyncDispose]: () => there[Symbol.asyncDispose](),
  }
}

function ourVerdict(
  { webhook, event }: Result,
  wire: Wire,
  { provider, type }: Subject = HUB,
  now = Date.now(),
) {
  const found = mock.providers.find(({ id }) => id === provider)
  return verifySignature({
    schemes: found?.events.get(type)?.signature ?? [],
    headers: wire.headers,
    body: wire.body,
    url: webhook.url,
    method: 'POST',
    secrets: [webhook.secret],
    now,
    event: { id: event.providerId, type },
    fields: webhook.fields,
  })
}

async function othersVerdict({ webhook }: Result, wire: Wire, subject: Subject = HUB): Promise<boolean> {
  if (subject === STATIC) return wire.header('Authorization') === `Bearer ${webhook.secret}`
  if (subject === HUB)
    return verify(
      webhook.secret,
      wire.body.toString('utf8'),
      wire.header('X-Hub-Signature-256') ?? 'none',
    ).catch(() => false)
  try {
    new Stripe('sk_test_unused').webhooks.constructEvent(
      wire.body,
      wire.header('BeeL-Signature') ?? '',
      webhook.secret,
      300,
    )
    return true
  } catch {
    return false
  }
}

/** The only request there is, as it stands on the wire and on the attempt, which must agree. */
async function only(result: Result): Promise<{ wire: Wire; attempt: AttemptView; shown: Buffer }> {
  const attempts = await result.attempts()
  expect(attempts).toHaveLength(1)
  expect(result.there.wires).toHaveLength(1)
  const [attempt, wire] = [attempts[0] as AttemptView, result.there.wires[0] as Wire]
  for (const [name, value] of attempt.request.headers) expect(wire.header(name), name).toBe(value)
  return { wire, attempt, shown: Buffer.from(attempt.request.body, attempt.request.bodyEncoding) }
}

const original = ({ event }: Result) => Buffer.from(event.body, event.bodyEncoding)
const json = (bytes: Buffer) => JSON.parse(bytes.toString()) as Record<string, Json>

describe('no fault', () => {
  it('is delivered as ever, and both verifiers accept it', async () => {
    await using result = await deliverWith([])
    const { wire, attempt } = await only(result)
    expect(attempt).toMatchObject({
      faults: [],
      request: { body: result.event.body },
      outcome: { status: 200 },
    })
    expect(wire.body.equals(original(result))).toBe(true)
    expect(ourVerdict(result, wire)).toEqual({ ok: true })
    expect(await othersVerdict(result, wire)).toBe(true)
  })
})

describe('faults of what is signed', () => {
  it.each([HUB, TIMED, STATIC])(
    'unknown-event-type of $provider: everywhere, and signed so',
    async (subject) => {
      await using result = await deliverWith('unknown-event-type', { subject })
      const { wire, attempt, shown } = await only(result)
      expect(attempt.faults).toEqual(['unknown-event-type'])
      expect(wire.body.toString()).toContain('"unknown.event"')
      expect(wire.body.toString()).not.toContain(`"${subject.type}"`)
      expect(wire.head).not.toContain(`: ${subject.type}`)
      expect(shown.equals(wire.body)).toBe(true)
      expect(ourVerdict(result, wire, subject)).toEqual({ ok: true })
      expect(await othersVerdict(result, wire, subject)).toBe(true)
    },
  )

  it('unknown-event-type stands in the header that tells the type, too', async () => {
    await using result = await deliverWith({ 'unknown-event-type': 'moon.landed' }, { subject: TIMED })
    const { wire } = await only(result)
    expect(wire.headers.filter(([, value]) => value === 'moon.landed')).toHaveLength(1)
  })

  it('extra-fields adds members, and signs them', async () => {
    await using result = await deliverWith({ 'extra-fields': { fields: { surprise: { deep: [1] } } } })
    const { wire, attempt, shown } = await only(result)
    expect(attempt.faults).toEqual(['extra-fields'])
    expect(json(wire.body)).toEqual({ ...json(original(result)), surprise: { deep: [1] } })
    expect(shown.equals(wire.body)).toBe(true)
    expect(await othersVerdict(result, wire)).toBe(true)
  })

  it('huge-body is of exactly that size, JSON, and signed', async () => {
    await using result = await deliverWith({ 'huge-body': '5mb' })
    const { wire, attempt, shown } = await only(result)
    expect(wire.body).toHaveLength(5 * 1024 * 1024)
    expect(wire.header('content-length')).toBe(String(5 * 1024 * 1024))
    expect(json(wire.body)).toMatchObject(json(original(result)))
    expect(attempt.faults).toEqual(['huge-body'])
    expect(shown.equals(wire.body)).toBe(true)
    expect(await othersVerdict(result, wire)).toBe(true)
  })

  it('holds none of it against the mock', async () => {
    await using result = await deliverWith(['extra-fields', 'missing-signature', 'wrong-content-type'])
    await only(result)
    expect(mock.violations()).toEqual([])
  })
})

describe('faults of the signature', () => {
  it.each([HUB, TIMED, STATIC])(
    'bad-signature of $provider has the right form and does not hold',
    async (subject) => {
      await using plain = await deliverWith([], { subject })
      const right = (await only(plain)).wire
      await mock.reset()
      await using result = await deliverWith('bad-signature', { subject })
      const { wire, attempt } = await only(result)
      expect(attempt).toMatchObject({ faults: ['bad-signature'], request: { body: result.event.body } })
      expect(ourVerdict(result, wire, subject)).toMatchObject({ ok: false, reason: 'mismatch' })
      expect(await othersVerdict(result, wire, subject)).toBe(false)
      expect(wire.headers.map(([name]) => name)).toEqual(right.headers.map(([name]) => name))
      const form = (one: Wire) => one.headers.map(([, value]) => value.replaceAll(/[0-9a-z]/gi, 'x').length)
      expect(form(wire)).toEqual(form(right))
    },
  )

  it.each([HUB, TIMED, STATIC])('wrong-secret of $provider is signed with another one', async (subject) => {
    await using result = await deliverWith('wrong-secret', { subject })
    const { wire, attempt } = await only(result)
    expect(attempt.faults).toEqual(['wrong-secret'])
    expect(ourVerdict(result, wire, subject)).toMatchObject({ ok: false, reason: 'mismatch' })
    expect(await othersVerdict(result, wire, subject)).toBe(false)
  })

  it('wrong-secret may name the secret', async () => {
    await using result = await deliverWith({ 'wrong-secret': 'of-another-tenant' })
    const { wire } = await only(result)
    expect(await othersVerdict(result, wire)).toBe(false)
    const stolen = { ...result, webhook: { ...result.webhook, secret: 'of-another-tenant' } }
    expect(await othersVerdict(stolen, wire)).toBe(true)
  })

  it.each([
    [HUB, 'X-Hub-Signature-256'],
    [TIMED, 'BeeL-Signature'],
    [STATIC, 'Authorization'],
  ])('missing-signature of $provider', async (subject, header) => {
    await using result = await deliverWith('missing-signature', { subject })
    const { wire, attempt } = await only(result)
    expect(wire.header(header)).toBeUndefined()
    expect(attempt).toMatchObject({ faults: ['missing-signature'], signature: null })
    expect(attempt.request.headers.map(([name]) => name)).not.toContain(header)
    expect(ourVerdict(result, wire, subject)).toMatchObject({ ok: false, reason: 'missing-header' })
  })

  it('stale-timestamp is signed as of long ago, and holds but for its age', async () => {
    await using result = await deliverWith({ 'stale-timestamp': '11m' }, { subject: TIMED })
    const { wire, attempt } = await only(result)
    expect(attempt.faults).toEqual(['stale-timestamp'])
    const told = Number(/t=(\d+)/.exec(wire.header('BeeL-Signature') ?? '')?.[1]) * 1_000
    expect(Math.abs(Date.now() - 11 * 60_000 - told)).toBeLessThan(20_000)
    expect(Math.floor(Date.parse(attempt.signedAt) / 1_000) * 1_000).toBe(told)
    expect(ourVerdict(result, wire, TIMED)).toMatchObject({ ok: false, reason: 'stale-timestamp' })
    expect(ourVerdict(result, wire, TIMED, told)).toEqual({ ok: true })
    expect(await othersVerdict(result, wire, TIMED)).toBe(false)
  })

  it('says so where a fault has nothing to change, and does not name it on the attempt', async () => {
    const told: string[] = []
    const stop = mock.feed.subscribe((entry) => entry.type === 'notice' && told.push(entry.text))
    await using result = await deliverWith('stale-timestamp')
    stop()
    const { wire, attempt } = await only(result)
    expect(attempt.faults).toEqual([])
    expect(await othersVerdict(result, wire)).toBe(true)
    expect(told).toEqual([
      `The fault stale-timestamp changes nothing about note.created [${result.event.id}] of tsanet.`,
    ])
  })
})

describe('faults of what was signed already', () => {
  it('alter-after-signing changes the body under its signature', async () => {
    await using result = await deliverWith({ 'alter-after-signing': { set: { noteToken: 'forged' } } })
    const { wire, attempt, shown } = await only(result)
    expect(attempt.faults).toEqual(['alter-after-signing'])
    expect(json(wire.body)).toEqual({ ...json(original(result)), noteToken: 'forged' })
    expect(shown.equals(wire.body)).toBe(true)
    expect(await othersVerdict(result, wire)).toBe(false)
    expect(attempt.signature?.content).toBe(result.event.body)
  })

  it('reserialise says the same in other bytes', async () => {
    await using result = await deliverWith('reserialise')
    const { wire, attempt, shown } = await only(result)
    expect(attempt.faults).toEqual(['reserialise'])
    expect(json(wire.body)).toEqual(json(original(result)))
    expect(wire.body.equals(original(result))).toBe(false)
    expect(shown.equals(wire.body)).toBe(true)
    expect(await othersVerdict(result, wire)).toBe(false)
    const again = Buffer.from(JSON.stringify(JSON.parse(wire.body.toString())))
    expect(
      await verify(result.webhook.secret, again.toString(), wire.header('X-Hub-Signature-256') ?? ''),
    ).toBe(true)
  })

  it('wrong-content-type says that it is something else', async () => {
    await using result = await deliverWith({ 'wrong-content-type': 'application/xml' })
    const { wire, attempt } = await only(result)
    expect(attempt.faults).toEqual(['wrong-content-type'])
    expect(wire.headers.filter(([name]) => name.toLowerCase() === 'content-type')).toEqual([
      ['Content-Type', 'application/xml'],
    ])
    expect(await othersVerdict(result, wire)).toBe(true)
  })
})

describe('faults on the wire', () => {
  it('truncate promises more than it sends, and ends', async () => {
    await using result = await deliverWith({ truncate: 0.25 })
    const { wire, attempt } = await only(result)
    const whole = original(result)
    expect(wire.header('content-length')).toBe(String(whole.length))
    expect(wire.body.equals(whole.subarray(0, Math.floor(whole.length / 4)))).toBe(true)
    expect(wire.ended).toBe('end')
    expect(attempt).toMatchObject({
      faults: ['truncate'],
      request: { body: result.event.body, sentTo: result.webhook.url },
      outcome: {
        kind: 'connection-failed',
        code: 'ECONNRESET',
        error: `127.0.0.1:${result.there.port} closed the connection before it had answered`,
      },
    })
    expect((await mock.deliveries())[0]).toMatchObject({ status: 'pending', attempts: [{ number: 1 }] })
  })

  it('reset-mid-body is a TCP reset within the body', async () => {
    await using result = await deliverWith('reset-mid-body')
    const { wire, attempt } = await only(result)
    const whole = original(result)
    expect(wire.body.equals(whole.subarray(0, Math.floor(whole.length / 2)))).toBe(true)
    expect(wire.header('content-length')).toBe(String(whole.length))
    expect(wire.ended).toBe('reset')
    expect(attempt).toMatchObject({
      faults: ['reset-mid-body'],
      outcome: {
        kind: 'connection-failed',
        code: 'ECONNRESET',
        error: `the fault reset-mid-body reset the connection to 127.0.0.1:${result.there.port} within the body`,
      },
    })
  })

  it('slow-body is bytes over time, which the receiver is not blamed for', async () => {
    await using result = await deliverWith({ 'slow-body': '600ms' })
    const { wire, attempt } = await only(result)
    expect(wire.body.equals(original(result))).toBe(true)
    expect(wire.chunks.length).toBeGreaterThan(5)
    expect(wire.bodyMs).toBeGreaterThan(500)
    expect(attempt).toMatchObject({ faults: ['slow-body'], outcome: { kind: 'responded', status: 200 } })
    expect(attempt.durationMs).toBeGreaterThan(590)
    expect(await othersVerdict(result, wire)).toBe(true)
  })

  it('counts an answer that comes early', async () => {
    await using result = await deliverWith(
      { 'slow-body': '5s' },
      { answers: { at: 'head', statuses: [413] } },
    )
    const { wire, attempt } = await only(result)
    expect(attempt.outcome).toMatchObject({ kind: 'responded', status: 413 })
    expect(attempt.durationMs).toBeLessThan(1_000)
    expect(wire.isComplete).toBe(false)
  })

  it('times out a receiver that waits for the rest for ever', async () => {
    await using result = await deliverWith('truncate', { answers: { at: 'never' } })
    const { attempt } = await only(result)
    expect(attempt.outcome).toMatchObject({ kind: 'timed-out', error: 'no answer within 1s500ms' })
  })

  it('drop sends nothing, and is tried again as any other failure', async () => {
    await using result = await deliverWith([])
    await mock.reset()
    mock.use({ plane: 'delivery', on: { attempt: 1 }, do: 'drop' })
    await using there = await wireReceiver()
    const webhook = await mock.register(HUB.provider, { url: there.url, fields: HUB.fields })
    await mock.trigger(HUB.provider, HUB.type)
    expect(await mock.settle()).toMatchObject({ settled: true, pending: 1 })
    expect(there.wires).toHaveLength(0)
    expect((await attemptsAt(mock, webhook.id))[0]).toMatchObject({
      faults: ['drop'],
      request: { sentTo: null },
      outcome: {
        kind: 'connection-failed',
        code: 'DROPPED',
        error: 'the fault drop lost it on its way: nothing was sent',
      },
    })
    await mock.clock.advance('10s')
    expect(there.wires).toHaveLength(1)
    expect((await mock.deliveries())[0]).toMatchObject({
      status: 'succeeded',
      attempts: [{ number: 1 }, { number: 2 }],
    })
    expect(result.there.wires).toHaveLength(1)
  })
})

describe('duplicate', () => {
  const bytes = (wires: readonly Wire[]) => wires.map((wire) => [wire.head, wire.body.toString()].join('\n'))

  it('sends the same bytes in turn, as one attempt with the first answer', async () => {
    await using result = await deliverWith(
      { duplicate: { copies: 3 } },
      { answers: { statuses: [200, 500, 503] } },
    )
    const { wires } = result.there
    expect(wires).toHaveLength(3)
    expect(new Set(bytes(wires)).size).toBe(1)
    for (const [i, wire] of wires.entries())
      expect(wire.openedAt).toBeGreaterThan(wires[i - 1]?.chunks.at(-1)?.at ?? 0)
    const attempts = await result.attempts()
    expect(attempts).toHaveLength(1)
    expect(attempts[0]).toMatchObject({ faults: ['duplicate'], outcome: { status: 200 } })
    expect((await mock.deliveries())[0]).toMatchObject({ status: 'succeeded', attempts: [{ number: 1 }] })
    expect(await othersVerdict(result, wires[2] as Wire)).toBe(true)
  })

  it('sends them at once', async () => {
    await using result = await deliverWith(
      { duplicate: { copies: 4, at: 'once' } },
      { answers: { at: 'never' } },
    )
    expect(result.there.wires).toHaveLength(4)
    expect(new Set(bytes(result.there.wires)).size).toBe(1)
    // None of them is answered, and none waits for that.
    const opened = result.there.wires.map(({ openedAt }) => openedAt)
    expect(Math.max(...opened) - Math.min(...opened)).toBeLessThan(TIMEOUT_MS / 2)
    expect((await result.attempts()).map(({ outcome }) => outcome?.kind)).toEqual(['timed-out'])
  })

  it('goes with other faults', async () => {
    await using result = await deliverWith([
      'duplicate',
      { truncate: 0.5 },
      'bad-signature',
      { 'slow-body': '100ms' },
    ])
    expect(result.there.wires).toHaveLength(2)
    expect(result.there.wires.map(({ ended }) => ended)).toEqual(['end', 'end'])
    expect((await result.attempts())[0]?.faults).toEqual([
      'duplicate',
      'truncate',
      'bad-signature',
      'slow-body',
    ])
  })
})

describe('delay and reorder', () => {
  const bodies = (there: WireReceiver) => there.wires.map(({ body }) => json(body).noteToken)

  async function station(fault: JsonObject, statuses: readonly number[] = [200]) {
    const there = await wireReceiver({ statuses })
    mock.use({ plane: 'delivery', ...fault })
    const webhook = await mock.register(HUB.provider, { url: there.url, fields: HUB.fields })
    return {
      there,
      webhook,
      note: async (noteToken: string) => {
        await mock.trigger(HUB.provider, HUB.type, { noteToken })
        return mock.settle()
      },
      [Symbol.asyncDispose]: () => there[Symbol.asyncDispose](),
    }
  }

  it("delay moves an attempt on the mock's clock, and uses none up", async () => {
    await using here = await station({ on: { attempt: [1, 2] }, do: { delay: '25s' } }, [503, 200])
    const start = mock.clock.now()
    expect(await here.note('a')).toMatchObject({ settled: true, pending: 1, nextAttemptAt: start + 25_000 })
    expect(here.there.wires).toHaveLength(0)
    expect((await mock.deliveries())[0]).toMatchObject({ attempts: [] })
    await mock.clock.advance('24s')
    expect(here.there.wires).toHaveLength(0)
    await mock.clock.advance('1m')
    const attempts = await attemptsAt(mock, here.webhook.id)
    // 25 s late, answered 503, retried after 10 s, and those are 25 s more.
    expect(attempts.map(({ sentAtMs }) => sentAtMs - start)).toEqual([25_000, 60_000])
    expect(attempts.map(({ number, faults }) => [number, faults])).toEqual([
      [1, ['delay']],
      [2, ['delay']],
    ])
    expect((await mock.deliveries())[0]).toMatchObject({ status: 'succeeded' })
  })

  it('reorder holds one back until the next has been sent', async () => {
    await using here = await station({ on: { nth: 1 }, do: 'reorder' })
    expect(await here.note('a')).toMatchObject({ settled: true, pending: 1 })
    expect(bodies(here.there)).toEqual([])
    expect(await here.note('b')).toMatchObject({ settled: true, pending: 0, nextAttemptAt: null })
    expect(bodies(here.there)).toEqual(['b', 'a'])
    expect((await attemptsAt(mock, here.webhook.id)).map(({ faults }) => faults)).toEqual([['reorder'], []])
  })

  it('reorder counts how many have overtaken, and their failure is no matter', async () => {
    await using here = await station({ on: { nth: 1 }, do: { reorder: 2 } }, [503, 503, 200])
    for (const note of ['a', 'b']) expect(await here.note(note)).toMatchObject({ settled: true })
    expect(bodies(here.there)).toEqual(['b'])
    // A retry of one that has been counted is not another.
    await mock.clock.advance('10s')
    expect(bodies(here.there)).toEqual(['b', 'b'])
    await here.note('c')
    expect(bodies(here.there)).toEqual(['b', 'b', 'c', 'a'])
  })

  it('reorder goes on without others after a while, and everything ends', async () => {
    await using here = await station({ do: 'reorder' })
    for (const note of ['a', 'b', 'c']) await here.note(note)
    expect(bodies(here.there)).toEqual([])
    expect(await mock.clock.advance({ until: 'settled' })).toEqual({ attempts: 3 })
    expect(bodies(here.there).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('is told while nothing is to be seen', async () => {
    const told: string[] = []
    const stop = mock.feed.subscribe((entry) => entry.type === 'notice' && told.push(entry.text))
    await using here = await station({ on: { nth: 1 }, do: { delay: '25s' } })
    mock.use({ plane: 'delivery', on: { nth: 2 }, do: 'reorder' })
    await here.note('a')
    await here.note('b')
    stop()
    expect(told.map((text) => text.replace(/\[evt_\w+\]/, '[…]'))).toEqual([
      'note.created […] waits 25s: fault delay',
      'note.created […] waits for a later delivery, 30s at most: fault reorder',
    ])
  })
})
