import { startMock } from '../../src/mock/start-mock.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { callApi } from './api-call.ts'

/** Starts and closes so many mocks, each of which is used; prints what is left of them. Needs --expose-gc. */
const [, , document = '', count = '200'] = process.argv

async function useOne(): Promise<void> {
  await using mock = await startMock({ specs: [document], attemptTimeoutMs: 10_000 })
  await using receiver = await startReceiver()
  await callApi(mock, 'acme', 'POST /hooks', { url: receiver.url })
  const { event } = await mock.trigger('acme', 'note.created')
  await mock.delivered(event, { status: 'succeeded' })
}

function heapMiB(): number {
  for (let i = 0; i < 4; i++) globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

let early = 0
for (let i = 1; i <= Number(count); i++) {
  await useOne()
  if (i === 20) early = heapMiB()
}
const late = heapMiB()
// A closed handle is let go of a little later; what fetch keeps open for a while keeps no program alive.
await new Promise((resolve) => setTimeout(resolve, 20))
const handles = process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|TCPSocketWrap/.test(name))
process.stdout.write(JSON.stringify({ handles, heapMiB: late, growthMiB: late - early }))
