// A burst of events from within the mock's process: the milliseconds until all have arrived, round by round.
const { dist, db, provider, type, receiver, count, rounds } = JSON.parse(process.argv[2])
const { startMock } = await import(`${dist}/mock/start-mock.js`)
const mock = await startMock({ db, providers: [provider] })
const ask = async (path) => (await fetch(`${receiver}${path}`)).arrayBuffer()

async function burst(events) {
  await ask('/reset')
  const arrived = ask(`/count/${events}`)
  const started = performance.now()
  for (let i = 0; i < events; i++) void mock.trigger(provider, type)
  await arrived
  const taken = performance.now() - started
  await mock.settle()
  return taken
}

await burst(count)
const taken = []
for (let i = 0; i < rounds; i++) taken.push(await burst(count))
await mock.close()
process.stdout.write(JSON.stringify(taken))
