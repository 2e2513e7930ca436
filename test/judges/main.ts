import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startMock } from '../../src/mock/start-mock.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { documentForJudge } from './document-for-judge.ts'
import { examplesOf } from './examples.ts'
import { installSpecmatic, judgeWithSpecmatic, SPECMATIC } from './specmatic.ts'

/** Has a tester of somebody else's hold what each provider's API answers to the provider's own document. */
const { values } = parseArgs({
  options: {
    /** Where the judge is installed, or is to be. Default: a folder that is gone afterwards. */
    folder: { type: 'string' },
  },
})
const scratch = await mkdtemp(join(tmpdir(), 'hookproof-judges-'))
const mock = await startMock()
const receiver = await startReceiver()
let objections = 0
const object = (text: string) => {
  objections++
  process.stderr.write(`${text}\n`)
}
try {
  const jar = await installSpecmatic(
    values.folder === undefined ? join(scratch, 'judge') : resolve(values.folder),
  )
  for (const provider of mock.providers) {
    const document = await documentForJudge(provider.file)
    const examples = await examplesOf(mock, provider, receiver.url)
    const base = mock.url(provider.id)
    const verdict = await judgeWithSpecmatic(jar, join(scratch, provider.id), { document, examples, base })
    process.stdout.write(
      `${SPECMATIC}  ${provider.id}  ${verdict.run} requests, ${verdict.failed} objections\n`,
    )
    if (verdict.failed > 0) object(verdict.text)
    // More, where there are several ways to authenticate.
    if (verdict.run < examples.length) object(`Of ${examples.length} requests ${verdict.run} were made.`)
  }
  const [first] = mock.providers
  if (first === undefined) throw new Error('there is no provider')
  const careless = createServer((_, response) =>
    response.setHeader('Content-Type', 'application/json').end('{}'),
  )
  await new Promise<void>((listening) => careless.listen(0, '127.0.0.1', listening))
  const caught = await judgeWithSpecmatic(jar, join(scratch, 'careless'), {
    document: await documentForJudge(first.file),
    examples: await examplesOf(mock, first, receiver.url),
    base: `http://127.0.0.1:${(careless.address() as AddressInfo).port}`,
  })
  careless.close()
  process.stdout.write(
    `${SPECMATIC}  a server that answers {} to everything  ${caught.run} requests, ${caught.failed} objections\n`,
  )
  if (caught.failed < caught.run / 2) object('The judge lets wrong answers pass.')
} finally {
  await mock.close(0)
  await receiver.close()
  await rm(scratch, { recursive: true, force: true })
}
process.exitCode = objections > 0 ? 1 : 0
