// Compiled, never run: what the types of the fixtures and matchers promise. See test/cli/example-project.test.ts.
import type { Mock, Receiver } from '../../src/index.ts'
import { expect, test } from '../../src/vitest.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <T extends true>(): T => true as T

test('fixtures have their types', async ({ mock, receiver }) => {
  holds<Equal<typeof mock, Mock>>()
  holds<Equal<typeof receiver, Receiver>>()
  const { event } = await mock.trigger('tsanet', 'note.created')
  await expect(event).toHaveBeenDelivered({ timeout: '2s' })
  await expect(event).not.toHaveAttempts(2)
  expect(mock).toKeepTheContract({ by: 'client' })
  expect(receiver).toHaveReceived({ body: { noteToken: 'n-1' }, count: 1 })
  expect(receiver).toHaveReceived({ body: { noteToken: /^n/ } })
  holds<
    Equal<
      ReturnType<ReturnType<typeof expect<typeof event>>['toHaveAttempts']> extends Promise<unknown>
        ? true
        : false,
      true
    >
  >()
  // @ts-expect-error: there is no such matcher
  expect(event).toHaveBeenSent()
  // @ts-expect-error: the number is needed
  await expect(event).toHaveAttempts()
  // @ts-expect-error: there is no such party
  expect(mock).toKeepTheContract({ by: 'provider' })
})

test.override({ mockOptions: { clock: 'virtual' }, mockSharing: 'file', receiverOptions: { respond: [503] } })
// @ts-expect-error: there is no such sharing
test.override({ mockSharing: 'worker' })
// @ts-expect-error: there is no such option
test.override('mockOptions', { provider: 'tsanet' })

test.extend<{ registered: string }>({
  registered: async ({ mock, receiver }, use) =>
    use((await mock.register('tsanet', { url: receiver.url })).id),
})('fixtures build on fixtures', ({ registered }) => {
  holds<Equal<typeof registered, string>>()
})
