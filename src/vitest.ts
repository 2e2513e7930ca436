import { expect, test as plainTest, type TestAPI } from 'vitest'
import {
  checkAttempts,
  checkDelivered,
  type DeliveredExpectation,
  type EventSubject,
  type Verdict,
} from './assert/assertions.ts'
import { type ContractExpectation, type ContractSubject, checkContract } from './assert/contract.ts'
import { checkReceived, type ReceivedExpectation, type ReceivedSubject } from './assert/received.ts'
import { type Mock, type MockOptions, startMock } from './mock/start-mock.ts'
import { type Receiver, type ReceiverOptions, startReceiver } from './receiver/receiver.ts'

export type { ContractExpectation, DeliveredExpectation, ReceivedExpectation }

/** One mock for each test; or one for the tests of a file, each of which has accounts of its own there. */
export type MockSharing = 'test' | 'file'

/** Starts a mock where no test of the file has asked for one with these options yet. */
export type SharedMocks = (options: MockOptions) => Promise<Mock>

/** What a test may ask for. Options are set with `test.override` or `test.extend`. */
export interface HookproofFixtures {
  readonly mockOptions: MockOptions
  readonly mockSharing: MockSharing
  readonly receiverOptions: ReceiverOptions
  readonly sharedMocks: SharedMocks
  /** Stopped after the test; of a shared one, the account is cleared. */
  readonly mock: Mock
  /** A stand-in receiver; stopped after the test. */
  readonly receiver: Receiver
}

/**
 * vitest's `test` with a mock and a receiver for each test that asks for them.
 *
 * @example test('…', async ({ mock, receiver }) => { await mock.register('acme', { url: receiver.url }) })
 * @example test.override({ mockOptions: { clock: 'virtual' } })
 */
export const test: TestAPI<HookproofFixtures> = plainTest.extend<HookproofFixtures>({
  mockOptions: {},
  mockSharing: 'test',
  receiverOptions: {},
  sharedMocks: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures are asked for
    async ({}, use) => {
      const started = new Map<MockOptions, Promise<Mock>>()
      await use((options) => {
        const known = started.get(options) ?? startMock(options)
        started.set(options, known)
        return known
      })
      for (const mock of await Promise.allSettled(started.values()))
        if (mock.status === 'fulfilled') await mock.value.close(0)
    },
    { scope: 'file' },
  ],
  mock: async ({ mockOptions, mockSharing, sharedMocks }, use) => {
    const mock =
      mockSharing === 'file'
        ? await (await sharedMocks(mockOptions)).isolated()
        : await startMock(mockOptions)
    await use(mock)
    await mock.close(0)
  },
  receiver: async ({ receiverOptions }, use) => {
    const receiver = await startReceiver(receiverOptions)
    await use(receiver)
    await receiver.close()
  },
})

/** For `expect.extend` where this module's own `expect` is not the one in use. */
export const matchers = {
  async toHaveBeenDelivered(
    this: { readonly isNot: boolean },
    event: EventSubject,
    expectation?: DeliveredExpectation,
  ) {
    return answer(await checkDelivered(event, expectation, this.isNot))
  },
  toHaveAttempts: async (event: EventSubject, expected: number) =>
    answer(await checkAttempts(event, expected)),
  toKeepTheContract: (mock: ContractSubject, expectation?: ContractExpectation) =>
    answer(checkContract(mock, expectation)),
  toHaveReceived: (receiver: ReceivedSubject, expected?: number | ReceivedExpectation) =>
    answer(checkReceived(receiver, expected)),
}

expect.extend(matchers)

export { expect }

function answer({ pass, message }: Verdict): { pass: boolean; message: () => string } {
  return { pass, message: () => message }
}

declare module 'vitest' {
  interface Matchers<T> {
    /** Waits until every delivery of the event is settled: all have succeeded. Must be awaited. */
    toHaveBeenDelivered(expectation?: DeliveredExpectation): Promise<T>
    /** Once nothing is in flight or due: each delivery has had exactly so many attempts. Must be awaited. */
    toHaveAttempts(expected: number): Promise<T>
    /** Nobody broke the contract; also by what no document declares, unless `strict` is false. */
    toKeepTheContract(expectation?: ContractExpectation): T
    /** So many requests arrived, or some that match. */
    toHaveReceived(expected?: number | ReceivedExpectation): T
  }
}
