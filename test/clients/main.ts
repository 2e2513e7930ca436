import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startMock } from '../../src/mock/start-mock.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { shippedProviders } from '../../src/spec/shipped.ts'
import { readWithPostman, readWithSwagger } from './readers.ts'
import { installTools, TOOLS } from './tools.ts'
import { runTypedClient } from './typed-client.ts'

/** Has programs of other people work with the document of every provider, in each variant, as a mock serves it. */
const { values } = parseArgs({
  options: {
    /** Where they are installed, or are to be. Default: a folder that is gone afterwards. */
    folder: { type: 'string' },
  },
})
const scratch = await mkdtemp(join(tmpdir(), 'hookproof-clients-'))
const folder = values.folder === undefined ? scratch : resolve(values.folder)
const mock = await startMock({ providers: shippedProviders().map(({ id }) => id) })
const receiver = await startReceiver()
try {
  await installTools(folder)
  for (const provider of mock.providers) {
    const wrong = {
      'openapi-typescript': await runTypedClient(folder, mock, provider, receiver.url).then(
        () => null,
        (error: Error) => error.message,
      ),
      'openapi-to-postmanv2': await readWithPostman(folder, mock, provider),
      'swagger-client': await readWithSwagger(folder, mock, provider),
    }
    for (const [name, found] of Object.entries(wrong)) {
      const tool = `${name}@${TOOLS[name as keyof typeof wrong]}`
      process.stdout.write(`${found === null ? 'ok ' : 'BAD'}  ${provider.id}  ${tool}\n`)
      if (found === null) continue
      process.stderr.write(`${found}\n`)
      process.exitCode = 1
    }
  }
} finally {
  await mock.close(0)
  await receiver.close()
  await rm(scratch, { recursive: true, force: true })
}
