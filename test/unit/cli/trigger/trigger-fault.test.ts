import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deliveryFault, type FaultFlag } from '../../../../src/cli/commands/trigger/flags.ts'
import { headerOf } from '../../../../src/core/headers.ts'
import { type Mock, startMock } from '../../../../src/mock/start-mock.ts'
import { startReceiver } from '../../../../src/receiver/receiver.ts'
import { verifySignature } from '../../../../src/signature/verify.ts'
import { wireReceiver } from '../../../support/wire-receiver.ts'
import { fakeControl } from '../fake-control.ts'
import { run } from '../fake-io.ts'

const EVENT = ['tsanet', 'note.created'] as const

describe('--fault', () => {
  it.each<[string, FaultFlag['does'], object]>([
    ['duplicate', 'duplicate', { name: 'duplicate', copies: 2, at: 'in-turn' }],
    ['duplicate:3', { duplicate: 3 }, { name: 'duplicate', copies: 3 }],
    ['duplicate:copies=3,at=once', { duplicate: { copies: 3, at: 'once' } }, { copies: 3, at: 'once' }],
    ['delay:30s', { delay: '30s' }, { name: 'delay', by: 30_000 }],
    ['delay:by=30s', { delay: { by: '30s' } }, { by: 30_000 }],
    ['truncate:0.1', { truncate: 0.1 }, { at: 0.1 }],
    [
      'extra-fields:{"fields":{"a":{"b":1}}}',
      { 'extra-fields': { fields: { a: { b: 1 } } } },
      { fields: { a: { b: 1 } } },
    ],
    ['wrong-secret:a:b=c', { 'wrong-secret': 'a:b=c' }, { secret: 'a:b=c' }],
  ])('%s', (text, does, action) => {
    expect(deliveryFault(text)).toMatchObject({ does, action })
  })

  it.each([
    ['bad-sig', '"bad-sig" is no fault of the delivery plane. Did you mean "bad-signature"?'],
    ['duplicat', '"duplicat" is no fault of the delivery plane. Did you mean "duplicate"?'],
    ['latency', /^"latency" is no fault of the delivery plane\. Known are: .*\. The api plane has it\.$/],
    [
      'delay:soon',
      /^"by" is "soon", which is not a duration up to 36500d such as 250ms or 10s\. "by" is how much later/,
    ],
    [
      'duplicate:copies=1',
      '"copies" is 1, which is not an integer from 2 to 100. "copies" is how many times in all. Its default is 2.',
    ],
    [':', '":" names no fault. Write it as duplicate, or delay:30s.'],
  ])('refuses %s', async (text, message) => {
    const { code, err, out } = await run(['trigger', ...EVENT, '--fault', text])
    expect([code, out]).toEqual([2, ''])
    expect(err.startsWith('Failed to read --fault: ')).toBe(true)
    const said = err.slice('Failed to read --fault: '.length)
    if (typeof message === 'string') expect(said).toBe(message)
    else expect(said).toMatch(message)
  })

  it('stands in the help', async () => {
    expect((await run(['trigger', '--help'])).out).toContain('--fault <name[:parameters]>')
  })
})

describe('trigger --to with a fault', () => {
  const to = (url: string, ...flags: string[]) =>
    run(['trigger', ...EVENT, '--to', url, '--secret', 's3cr3t', ...flags])

  it('sends what a receiver has to refuse, and shows it', async () => {
    await using receiver = await startReceiver({ respond: [401] })
    const { code, out } = await to(receiver.url, '--fault', 'bad-signature', '--fault', 'extra-fields')
    expect(code).toBe(1)
    expect(out).toContain('     faults: bad-signature, extra-fields\n<--  [401]')
    const [{ headers, body } = { headers: [], body: Buffer.alloc(0) }] = receiver.received
    expect(out).toContain(headerOf(headers, 'X-Hub-Signature-256'))
    expect(body.toString()).toContain('"undeclared":true')
    const scheme = { scheme: 'hmac', hash: 'sha256', digest: 'hex', item: 'sha256={digest}' } as const
    const verdict = (secrets: readonly string[], given = headers) =>
      verifySignature({
        schemes: [{ ...scheme, headers: { 'X-Hub-Signature-256': '{signatures}' } }],
        headers: given,
        body,
        url: receiver.url,
        method: 'POST',
        secrets,
        now: 0,
      })
    expect(verdict(['s3cr3t'])).toMatchObject({ ok: false, reason: 'mismatch' })
    await to(receiver.url, '--fault', 'extra-fields')
    const good = receiver.received[1]?.headers ?? []
    // Ids and times are fresh, so the second is judged by its own body.
    expect(headerOf(good, 'X-Hub-Signature-256')).not.toBe(headerOf(headers, 'X-Hub-Signature-256'))
  })

  it('tells its faults in JSON', async () => {
    await using receiver = await startReceiver()
    const { out, code } = await to(receiver.url, '--fault', 'duplicate:3', '--format', 'json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ faults: ['duplicate'], outcome: { status: 200 } })
    expect(receiver.received).toHaveLength(3)
    expect(JSON.parse(out).copies).toMatchObject([{ outcome: { status: 200 } }, { outcome: { status: 200 } }])
    expect(JSON.parse((await to(receiver.url, '--format', 'json')).out)).toMatchObject({ faults: [] })
  })

  it('shows what each copy was answered, and ends as the first did', async () => {
    await using receiver = await startReceiver({ respond: [200, 409, 200] })
    const { out, code } = await to(receiver.url, '--fault', 'duplicate:3')
    expect(out.split('\n').filter((line) => line.startsWith('<--'))).toEqual([
      expect.stringMatching(/^<-- {2}\[200\] \(\d+ms\) copy 1$/),
      expect.stringMatching(/^<-- {2}\[409\] \(\d+ms\) copy 2$/),
      expect.stringMatching(/^<-- {2}\[200\] \(\d+ms\) copy 3$/),
    ])
    expect(code).toBe(0)
  })

  it.each([
    ['drop', '[DROPPED]', 0],
    ['truncate', '[ECONNRESET]', 1],
    ['reset-mid-body', '[ECONNRESET]', 1],
  ])('%s went as it was asked for: exit code 0', async (fault, word, wires) => {
    await using there = await wireReceiver()
    const { code, out } = await to(there.url, '--fault', fault)
    expect(out).toContain(`<--  ${word}`)
    expect(code).toBe(0)
    expect(there.wires).toHaveLength(wires)
  })

  it('still says that nobody is there', async () => {
    expect((await to('http://127.0.0.1:1/', '--fault', 'truncate')).code).toBe(3)
  })

  it('waits where it is delayed, and says what changes nothing', async () => {
    await using receiver = await startReceiver()
    const start = performance.now()
    const { code, err, out } = await to(receiver.url, '--fault', 'delay:60ms', '--fault', 'stale-timestamp')
    expect(performance.now() - start).toBeGreaterThan(55)
    expect(code).toBe(0)
    expect(err).toMatch(
      /^The fault stale-timestamp changes nothing about note\.created \[evt_\w+\] of tsanet\.$/,
    )
    expect(out).toContain('     fault: delay\n')
  })

  it('refuses to reorder one request', async () => {
    expect(await to('3000', '--fault', 'reorder')).toEqual({
      code: 2,
      out: '',
      err: 'Failed to read --fault: with --to nothing comes later that reorder could let pass. Trigger at a running mock, without --to.',
    })
  })
})

describe('a field that the event does not have', () => {
  const cases: readonly (readonly [flags: readonly string[], err: string])[] = [
    [
      ['--remove', 'nope'],
      'Failed to leave out "nope": the body of note.created has no such field. Known are: ',
    ],
    [
      ['--remove', 'noteTken', '--raw'],
      'Failed to leave out "noteTken": the body of note.created has no such field. Did you mean "noteToken"?',
    ],
    [
      ['--remove', 'noteToken.x'],
      'Failed to leave out "noteToken.x": the body of note.created has no such field.',
    ],
    [
      ['--override', 'noteTken=5'],
      'Failed to trigger note.created: The body breaks the contract of note.created: body/noteTken is not declared (did you mean "noteToken"?). Send it all the same with --raw.',
    ],
  ]
  it.each(cases)('is refused with --to, and nothing is sent: %j', async (flags, err) => {
    await using receiver = await startReceiver()
    const line = ['trigger', ...EVENT, '--to', receiver.url, '--secret', 's', ...flags]
    const { code, err: said } = await run(line)
    expect([code, receiver.received]).toEqual([2, []])
    expect(said.slice(0, err.length)).toBe(err)
  })

  it.each(cases)('is refused by a mock: %j', async (flags, err) => {
    await using mock = await startMock({ providers: ['tsanet'] })
    const { code, err: said } = await run(['trigger', ...EVENT, '--server', mock.origin, ...flags])
    expect(code).toBe(2)
    expect(said.slice(0, err.length)).toBe(err)
  })
})

describe('trigger at a server with a fault', () => {
  let mock: Mock
  beforeAll(async () => {
    mock = await startMock({ providers: ['tsanet'], clock: 'virtual' })
  })
  afterAll(() => mock.close())

  it('applies to the first attempt of that event at each webhook, and nothing else', async () => {
    await using receiver = await startReceiver({ respond: [401, 200] })
    await using other = await startReceiver()
    for (const { url } of [receiver, other])
      await mock.register('tsanet', { url, fields: { eventTypes: ['note.created'] } })
    const server = ['--server', mock.origin]
    const { code, out, err } = await run(['trigger', ...EVENT, '--fault', 'bad-signature', ...server])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^-->\s+note\.created \[evt_\w+\]/)
    await mock.settle()
    await mock.clock.advance('10s')
    await run(['trigger', ...EVENT, ...server])
    await mock.settle()
    const deliveries = (await mock.deliveries()).toReversed()
    expect(deliveries.map(({ attempts }) => attempts.map(({ faults }) => faults))).toEqual([
      [['bad-signature'], []],
      [['bad-signature']],
      [[]],
      [[]],
    ])
  })

  it('shows the fault where it waits for the outcome', async () => {
    await mock.reset()
    await using receiver = await startReceiver()
    await mock.register('tsanet', { url: receiver.url, fields: { eventTypes: ['note.created'] } })
    const line = ['trigger', ...EVENT, '--fault', 'duplicate', '--wait', '5s', '--server', mock.origin]
    const { code, out } = await run(line)
    expect(code).toBe(0)
    expect(out.split('\n')[1]).toMatch(
      /^<-- {2}\[200\] POST http:\S+ +\(\d+ms\) attempt 1, fault: duplicate$/,
    )
    expect(receiver.received).toHaveLength(2)
    const id = (await mock.deliveries())[0]?.id ?? ''
    const shown = (await run(['deliveries', 'show', id, '--server', mock.origin])).out
    expect(shown.split('\n').at(-1)).toBe('  fault: duplicate')
  })

  it('says which fault changed nothing, once it has waited', async () => {
    await mock.reset()
    await using receiver = await startReceiver()
    await mock.register('tsanet', { url: receiver.url, fields: { eventTypes: ['note.created'] } })
    const faults = ['--fault', 'stale-timestamp', '--fault', 'extra-fields']
    const { err, out } = await run(['trigger', ...EVENT, ...faults, '--wait', '5s', '--server', mock.origin])
    expect(err).toMatch(
      /^The fault stale-timestamp changes nothing about note\.created \[evt_\w+\] of tsanet\.$/,
    )
    expect(out).toContain(' attempt 1, fault: extra-fields\n')
  })

  it('says nothing of a fault where nothing was sent', async () => {
    await mock.reset()
    const line = ['trigger', ...EVENT, '--fault', 'stale-timestamp', '--server', mock.origin]
    expect((await run([...line, '--wait', '5s'])).err).toBe('')
  })

  it('names the event that it is for before there is one', async () => {
    const answer = {
      status: 202,
      body: { event: { id: 'evt_1', type: 't', provider: 'x' }, deliveries: [], skipped: [] },
    }
    await using control = await fakeControl({
      'POST /faults': { status: 201, body: {} },
      'POST /events': answer,
    })
    const ids = async (...line: string[]) => {
      await run(['trigger', ...line, '--fault', 'delay:5s', '--server', control.url])
      const [fault, event] = control.calls.splice(0).map(({ body }) => body as never) as unknown as [
        { on: { event: string } },
        { id: string },
      ]
      expect(fault).toEqual({
        plane: 'delivery',
        on: { provider: line[0], event: event.id, attempt: 1 },
        do: { delay: '5s' },
      })
      return event.id
    }
    expect(await ids(...EVENT, '--id', 'mine')).toBe('mine')
    expect(await ids(...EVENT)).toMatch(/^[0-9a-f-]{36}$/)
    expect(await ids('companybelgium', 'enterprise.updated')).toMatch(/^evt_[0-9a-z]{16}$/)
    const payload = ['--payload', '{"eventId":"evt_given"}']
    expect(await ids('companybelgium', 'enterprise.updated', ...payload)).toBe('evt_given')
    expect(await ids('unknown-here', 'x')).toMatch(/^[0-9a-f-]{36}$/)
    const twice = ['trigger', ...EVENT, '--fault', 'drop', '--count', '2', '--server', control.url]
    await run(twice)
    const events = control.calls
      .filter(({ path }) => path === '/_mock/events')
      .map(({ body }) => (body as { id: string }).id)
    expect(new Set(events).size).toBe(2)
  })
})
