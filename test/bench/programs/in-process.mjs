// How long startMock takes in one process: the first time, and after that.
const { dist, times } = JSON.parse(process.argv[2])
const { startMock } = await import(`${dist}/mock/start-mock.js`)
const taken = []
for (let i = 0; i <= times; i++) {
  const started = performance.now()
  const mock = await startMock()
  taken.push(performance.now() - started)
  await mock.close()
}
process.stdout.write(JSON.stringify(taken))
