// Compiled, never run: what the library's types promise. See test/cli/example-project.test.ts.
import {
  type Attempt,
  assertAttempts,
  assertDelivered,
  assertKeepsTheContract,
  assertReceived,
  type Coverage,
  type Delivery,
  type Event,
  type IsolatedMock,
  type KeptViolation,
  type Mock,
  MockError,
  type MockOptions,
  mergeCoverage,
  type Receiver,
  type RequestRecord,
  type runScenario,
  type ScenarioResult,
  startMock,
  startReceiver,
  type Webhook,
} from '../../src/index.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type IsAny<T> = 0 extends 1 & T ? true : false
/** Compiles for `true` alone. */
const holds = <T extends true>(): T => true as T

holds<Equal<ReturnType<typeof startMock>, Promise<Mock>>>()
holds<Equal<ReturnType<typeof startReceiver>, Promise<Receiver>>>()
holds<Equal<Awaited<ReturnType<Mock['deliveries']>>, readonly Delivery[]>>()
holds<Equal<Awaited<ReturnType<Mock['delivered']>>, readonly Delivery[]>>()
holds<Equal<Delivery['attempts'], readonly Attempt[]>>()
holds<Equal<Awaited<ReturnType<Mock['register']>>, Webhook>>()
holds<Equal<Awaited<ReturnType<Mock['trigger']>>['event'], Event>>()
holds<Equal<ReturnType<Mock['requests']>, readonly RequestRecord[]>>()
holds<Equal<ReturnType<Mock['violations']>, readonly KeptViolation[]>>()
holds<Equal<ReturnType<Mock['coverage']>, Coverage>>()
holds<Equal<Awaited<ReturnType<Mock['isolated']>>, IsolatedMock>>()

holds<Equal<ReturnType<typeof runScenario>, Promise<ScenarioResult>>>()
holds<Equal<IsAny<ScenarioResult>, false>>()

// Nothing that is given out is any.
holds<Equal<{ [K in keyof Mock]-?: IsAny<Mock[K]> }[keyof Mock], false>>()
holds<Equal<{ [K in keyof Receiver]-?: IsAny<Receiver[K]> }[keyof Receiver], false>>()
holds<Equal<{ [K in keyof Event]-?: IsAny<Event[K]> }[keyof Event], false>>()
holds<Equal<{ [K in keyof Attempt]-?: IsAny<Attempt[K]> }[keyof Attempt], false>>()
holds<Equal<{ [K in keyof MockOptions]-?: IsAny<MockOptions[K]> }[keyof MockOptions], false>>()
holds<Equal<IsAny<Awaited<ReturnType<Mock['snapshot']>>>, false>>()

export async function used(): Promise<void> {
  await using mock = await startMock({ providers: ['tsanet'], clock: 'virtual', strict: true })
  await using receiver = await startReceiver({ respond: [503, 'timeout', 200] })
  const { secret, providerId } = await mock.register('tsanet', { url: receiver.url })
  const emission = await mock.trigger('tsanet', 'note.created', { noteToken: `${secret}${providerId}` })
  const { event } = emission
  await mock.clock.advance('10s')
  await mock.clock.advance({ until: 'settled' })
  const [delivery] = await mock.delivered(event, { timeout: '2s', status: 'succeeded' })
  // Ids are texts to those who ask, whoever minted them.
  await mock.deliveries({ provider: 'tsanet', event: event.id, status: 'succeeded', account: 'other' })
  await mock.webhooks({ provider: 'tsanet' })
  await mock.reset({ provider: 'tsanet', account: 'other' })
  mock.requests({ operation: 'listWebhooks', status: 200 })
  mock.violations({ by: 'client' })
  mock.use({ plane: 'api', on: { operation: 'listWebhooks' }, do: [503, 'timeout', 'pass'] }).remove()
  await mock.restore(await mock.snapshot())
  mergeCoverage([mock.coverage()])
  await using mine = await mock.isolated()
  await assertDelivered(emission)
  await assertDelivered(event, { timeout: 100 })
  if (delivery !== undefined) await assertAttempts(delivery, 2)
  assertKeepsTheContract(mine, { by: 'client', strict: false })
  assertReceived(receiver, { body: { noteToken: 'n-1' }, count: 1 })
  assertReceived(receiver, { body: { noteToken: /^n/, list: [{ id: /1/ }] }, headers: { 'x-kind': /k/ } })
  // @ts-expect-error a date is no pattern
  assertReceived(receiver, { body: { at: new Date() } })
  if (new Error() instanceof MockError) throw new MockError('input', 'CODE', 'message')

  // @ts-expect-error: there is no such clock
  await startMock({ clock: 'fast' })
  // @ts-expect-error: there is no such option
  await startMock({ provider: 'tsanet' })
  // @ts-expect-error: records are not changed
  event.type = 'other'
  // @ts-expect-error: a delivery may be undefined
  delivery.status
  // @ts-expect-error: there is no such status
  await mock.delivered(event, { status: 'delivered' })
  // @ts-expect-error: what is expected is a record of a mock
  await assertDelivered('evt_1')
  // @ts-expect-error: there is no such party
  mock.violations({ by: 'provider' })
}
