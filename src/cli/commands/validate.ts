import { describeLocation, EXIT_CODES, MockError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { scenarioErrors } from '../../scenario/file/load.ts'
import { singleErrors } from '../../schema/issue.ts'
import { readDocument } from '../../schema/locate.ts'
import { type BundledDocument, bundle } from '../../spec/bundle.ts'
import { readContract, validateDocument } from '../../spec/validate.ts'
import { command } from '../command.ts'
import { formatFlag, specFlag } from '../flags.ts'
import type { Io } from '../io.ts'
import { scenarioFiles } from './run/scenario-files.ts'

const CHECKED = {
  one: 'the file',
  hint: 'Name OpenAPI documents, scenario files, or folders that hold them.',
}

/** A line for each valid file, and every issue of the others with its place. Exit code 2 if there was any. */
export const validate = command({
  flags: { spec: specFlag, format: formatFlag },
  examples: [
    ['hookproof validate scenarios/', 'every file below a folder'],
    ['hookproof validate acme.yaml', 'a provider document of your own'],
    ['hookproof validate orders.yaml --spec acme.yaml', 'a scenario that uses it'],
  ],
  async run({ args, flags }, io) {
    const files = await scenarioFiles(args, process.cwd(), CHECKED)
    let code: number = EXIT_CODES.passed
    for (const file of files) {
      const checked = await checkFile(file, flags.spec)
      if (checked.errors.length > 0) code = EXIT_CODES.input
      if (flags.format === 'json') io.out(JSON.stringify(jsonLine(checked)))
      else print(checked, io)
    }
    return code
  },
})

interface Checked {
  readonly file: string
  /** `scenario, 7 steps`, where the file is valid. */
  readonly what: string
  readonly errors: readonly MockError[]
}

/** What each kind of file is recognised by, how it is checked, and what is printed about a valid one. */
const KINDS: readonly {
  readonly is: (value: JsonObject) => boolean
  readonly errors: (document: BundledDocument, specs: readonly string[]) => Promise<readonly MockError[]>
  readonly what: (value: JsonObject) => string
}[] = [
  {
    is: (value) => 'openapi' in value && 'x-mock-provider' in value,
    errors: ({ file }) => validateDocument(file),
    what: (value) =>
      `provider document, ${count(value.paths, 'path')}, ${count(value.webhooks, 'event type')}`,
  },
  {
    is: (value) => 'openapi' in value,
    errors: (document) => caught(() => readContract(document)),
    what: (value) => `OpenAPI document, ${count(value.paths, 'path')}`,
  },
  {
    is: (value) =>
      ['version', 'steps', 'provider', 'providers', 'webhooks', 'faults'].some((key) => key in value),
    errors: (document, specs) => scenarioErrors(document, { specs }),
    what: (value) => `scenario, ${count(value.steps, 'step')}`,
  },
]

/** Checks a file by what it contains. Never throws for what is wrong with it. */
async function checkFile(file: string, specs: readonly string[]): Promise<Checked> {
  let what = ''
  const errors = await caught(async () => {
    const document = await bundle(await readDocument(file, { action: 'load the file', code: 'BAD_FILE' }))
    const kind = KINDS.find(({ is }) => is(document.value))
    if (kind === undefined) throw unknownFile(file)
    what = kind.what(document.value)
    return kind.errors(document, specs)
  })
  return { file, what, errors }
}

async function caught(work: () => Promise<unknown>): Promise<readonly MockError[]> {
  try {
    const found = await work()
    return Array.isArray(found) ? (found as readonly MockError[]) : []
  } catch (error) {
    if (error instanceof MockError) return singleErrors(error)
    throw error
  }
}

function unknownFile(file: string): MockError {
  const reason = 'it is neither an OpenAPI document nor a scenario'
  return new MockError('input', 'UNKNOWN_FILE', `Failed to check the file: ${reason}.`, {
    hint: 'The one begins with "openapi: 3.1.0", the other with "version: 1".',
    location: { file },
  })
}

function count(list: unknown, word: string): string {
  const length = typeof list === 'object' && list !== null ? Object.keys(list).length : 0
  return `${length} ${word}${length === 1 ? '' : 's'}`
}

function print({ file, what, errors }: Checked, io: Io): void {
  if (errors.length === 0) io.out(`${io.style('good', 'ok')}  ${file}  ${io.style('quiet', what)}`)
  else io.err(...errors.map(({ message }) => message))
}

function jsonLine({ file, what, errors }: Checked) {
  return { type: 'file', file, ok: errors.length === 0, what, problems: errors.map(issueJson) }
}

function issueJson(error: MockError) {
  const { location, summary: message, hint = null, code } = error
  return {
    place: location === undefined ? null : describeLocation(location),
    line: location?.line ?? null,
    column: location?.column ?? null,
    pointer: location?.pointer ?? null,
    code,
    message,
    hint,
  }
}
