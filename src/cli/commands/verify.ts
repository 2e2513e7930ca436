import { type Capture, pickCapture, readCaptures, readHeadersAndBody } from '../../capture/read.ts'
import { type Verification, verifyCapture } from '../../capture/verify.ts'
import { loadContract } from '../../contract/contract.ts'
import { EXIT_CODES, MockError } from '../../core/errors.ts'
import { lazily } from '../../core/lazy.ts'
import { needsSecret, recogniseEvent } from '../../receiver/recognise.ts'
import { counted } from '../../report/terminal.ts'
import { verificationJson, verificationLines } from '../../report/verification.ts'
import { knownProvider, loadProvider, loadProviders } from '../../spec/load.ts'
import type { Provider } from '../../spec/provider.ts'
import { shippedProviders } from '../../spec/shipped.ts'
import { command } from '../command.ts'
import { count, text, toggle, usageError, type Values, value } from '../flags.ts'
import { type Io, readInput } from '../io.ts'
import { basicFields, providerGiven, schemeFlags, urlGiven } from './sign.ts'

const flags = {
  ...schemeFlags,
  ignoreAge: toggle('--ignore-age', 'take a signature of any age'),
  contractOnly: toggle('--contract-only', 'leave the signature out: no secret is needed'),
  headers: value('--headers <file>', 'its header lines, where they are kept separately from the body', text),
  body: value('--body <file>', 'its raw body, where it is kept separately from the headers', text),
  entry: value('--entry <n>', 'which one, where a file has several', count(1, 1_000_000)),
  all: toggle('--all', 'check every one of a file, and fail if any differs'),
}

type VerifyFlags = Values<typeof flags>

export const verify = command({
  flags,
  examples: [
    [
      'hookproof verify --provider ID --secret s3cr3t request.http',
      'a raw request: request line, headers, an empty line, the body',
    ],
    [
      'hookproof verify --provider ID --secret s3cr3t capture.har --entry 3 --ignore-age',
      'one of several in a HAR file, long after it was captured',
    ],
    [
      'hookproof verify --provider ID --secret s3cr3t --all --ignore-age received.jsonl',
      'all that listen --format json has written',
    ],
    [
      'hookproof verify --provider ID --secret s3cr3t --headers headers.txt --body body.json',
      'headers and body in files of their own',
    ],
  ],
  async run({ args: [file], flags, given }, io) {
    if (flags.all && flags.entry !== undefined)
      throw usageError('Failed to read --entry: --all checks every one.', 'Leave one of the two out.')
    const provider = await knownProvider(providerGiven(flags), flags.spec)
    refuseUnverified(provider, flags)
    const captures = await readFiles(file, flags, io)
    const contract = await loadContract()
    const options = {
      event: flags.event,
      secret: flags.contractOnly ? [] : flags.secret,
      url: urlGiven(flags, given),
      at: flags.at,
      ignoreAge: flags.ignoreAge,
      fields: basicFields(provider, flags),
    }
    const variants = lazily(() => otherVariants(provider, flags.spec))
    const check = async (capture: Capture): Promise<Verification> => {
      const verification = verifyCapture(contract, provider, capture, options)
      if (verification.differences.length === 0) return verification
      const fitting = (await variants()).find(
        (one) =>
          verifyCapture(contract, one, capture, { ...options, event: undefined }).differences.length === 0,
      )
      if (fitting === undefined) return verification
      const note = `Another variant declares it so: verify it with --provider ${fitting.id}.`
      return { ...verification, notes: [...verification.notes, note] }
    }
    if (flags.all)
      return (await checkAll(captures, check, flags.format, io)) ? EXIT_CODES.passed : EXIT_CODES.failed
    const verification = await check(
      pickCapture(captures, flags.entry, (capture) => named(provider, capture)),
    )
    io.out(
      ...(flags.format === 'json'
        ? [verificationJson(verification)]
        : verificationLines(verification, io.style)),
    )
    return verification.ok ? EXIT_CODES.passed : EXIT_CODES.failed
  },
})

/** The provider's further variants, of those that are named with --spec and those that come with hookproof. */
async function otherVariants({ id, name }: Provider, specs: readonly string[]): Promise<readonly Provider[]> {
  const own = await loadProviders([], specs)
  const known = new Set(own.map((one) => one.id))
  const shipped = shippedProviders().filter((one) => one.name === name && !known.has(one.id))
  const all = [...own, ...(await Promise.all(shipped.map(({ file }) => loadProvider(file))))]
  return all.filter((one) => one.name === name && one.id !== id)
}

/** Checks every request of a file, each under its number, and says how many differ. True: none does. */
async function checkAll(
  captures: readonly Capture[],
  check: (capture: Capture) => Promise<Verification>,
  format: 'text' | 'json',
  io: Pick<Io, 'out' | 'style'>,
): Promise<boolean> {
  let differing = 0
  for (const [i, capture] of captures.entries()) {
    const verification = await numbered(i + 1, () => check(capture))
    if (!verification.ok) differing++
    if (format === 'json') io.out(verificationJson(verification, i + 1))
    else {
      const [head, ...rest] = verificationLines(verification, io.style)
      io.out(`${io.style('quiet', `${i + 1}`)}  ${head}`, ...rest, '')
    }
  }
  if (format === 'text')
    io.out(
      differing === 0
        ? io.style('good', `All ${counted(captures.length, 'delivery', 'deliveries')} are as declared.`)
        : io.style('bad', `${differing} of ${counted(captures.length, 'delivery', 'deliveries')} differ.`),
    )
  return differing === 0
}

async function numbered<T>(number: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    const { kind, code, summary, hint, location } = error
    throw new MockError(kind, code, `Request ${number}: ${summary}`, {
      ...(hint !== undefined && { hint }),
      ...(location !== undefined && { location }),
      cause: error,
    })
  }
}

/** Without its signature a delivery could pass that nobody signed: who wants that has to say so. */
function refuseUnverified(provider: Provider, { secret, contractOnly }: VerifyFlags): void {
  if (contractOnly || secret.length > 0 || !signs(provider)) return
  throw usageError(
    `Failed to verify the signature: ${provider.id} signs its deliveries, and there is no secret.`,
    'Add --secret, or --contract-only to leave the signature out.',
  )
}

function signs({ signature, events }: Provider): boolean {
  return [signature, ...[...events.values()].map((one) => one.signature)].some(needsSecret)
}

function named(provider: Provider, capture: Capture): string {
  const type = recogniseEvent(provider, capture).type?.type ?? 'an unknown event'
  return `${type} (${capture.method} ${capture.url})`
}

async function readFiles(
  file: string | undefined,
  { headers, body }: VerifyFlags,
  io: Io,
): Promise<readonly Capture[]> {
  if (file !== undefined && headers === undefined && body === undefined)
    return readCaptures(await readInput(file, io))
  if (file === undefined && headers !== undefined && body !== undefined)
    return [readHeadersAndBody(await readInput(headers, io), await readInput(body, io))]
  throw usageError(
    'Failed to read the command line: it names no capture, or more than one.',
    'Name one FILE (or - for stdin), or both --headers FILE and --body FILE.',
  )
}
