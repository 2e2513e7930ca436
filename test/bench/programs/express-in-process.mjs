// How long a server on Express takes to listen in one process: the first time, and after that.
const { times } = JSON.parse(process.argv[2])
const { default: express } = await import('express')
const taken = []
for (let i = 0; i <= times; i++) {
  const started = performance.now()
  const server = express().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  taken.push(performance.now() - started)
  await new Promise((resolve) => server.close(resolve))
}
process.stdout.write(JSON.stringify(taken))
