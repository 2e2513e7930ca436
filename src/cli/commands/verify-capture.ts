import { type Capture, pickCapture, readCaptures, readHeadersAndBody } from '../../capture/read.ts'
import { type Judgement, judgeCapture } from '../../capture/verify.ts'
import { loadContract } from '../../contract/contract.ts'
import { createClock } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'
import { needsSecret, recogniseEvent } from '../../receiver/recognise.ts'
import { counted } from '../../report/terminal.ts'
import { judgementJson, judgementLines } from '../../report/verification.ts'
import { knownProvider } from '../../spec/load.ts'
import type { Provider } from '../../spec/provider.ts'
import { usageError } from '../flags.ts'
import { type Io, readInput } from '../io.ts'
import type { Invocation } from '../program.ts'
import { basicFields, providerGiven, urlGiven } from './sign-body.ts'
import type { verifyFlags } from './verify.ts'

/** Judges every request of a file, each under its number, and tells how many differ. True: none does. */
function judgeAll(
  captures: readonly Capture[],
  judge: (capture: Capture) => Judgement,
  format: 'text' | 'json',
  io: Pick<Io, 'out' | 'style'>,
): boolean {
  let differing = 0
  for (const [i, capture] of captures.entries()) {
    const judgement = numbered(i + 1, () => judge(capture))
    if (!judgement.ok) differing++
    if (format === 'json') io.out(judgementJson(judgement, i + 1))
    else io.out(`${io.style('quiet', `${i + 1}`)}  ${judgementLines(judgement, io.style).join('\n')}`, '')
  }
  if (format === 'text')
    io.out(
      differing === 0
        ? io.style('good', `All ${counted(captures.length, 'delivery', 'deliveries')} are as declared.`)
        : io.style('bad', `${differing} of ${counted(captures.length, 'delivery', 'deliveries')} differ.`),
    )
  return differing === 0
}

function numbered<T>(number: number, work: () => T): T {
  try {
    return work()
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

type Given = Invocation<typeof verifyFlags>

const DIFFERS = 1

/** Exit code 0 where the delivery is as its provider declares it, 1 where it differs. */
export async function runVerify(invocation: Given, io: Io): Promise<number> {
  const { flags, given } = invocation
  const provider = await knownProvider(providerGiven(flags), flags.spec)
  refuseUnverified(provider, flags)
  const captures = await readFiles(invocation, io)
  const contract = await loadContract()
  const options = {
    event: flags.event,
    secrets: flags.contractOnly ? [] : flags.secret,
    url: urlGiven(flags, given),
    at: flags.at,
    now: createClock().wall(),
    anyAge: flags.ignoreAge,
    fields: basicFields(provider, flags),
  }
  const judge = (capture: Capture) => judgeCapture(contract, provider, capture, options)
  if (flags.all) return judgeAll(captures, judge, flags.format, io) ? 0 : DIFFERS
  const judgement = judge(pickCapture(captures, flags.entry, (capture) => named(provider, capture)))
  io.out(...(flags.format === 'json' ? [judgementJson(judgement)] : judgementLines(judgement, io.style)))
  return judgement.ok ? 0 : DIFFERS
}

/** Without its signature a delivery could pass that nobody signed: who wants that has to say so. */
function refuseUnverified(provider: Provider, { secret, contractOnly }: Given['flags']): void {
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

async function readFiles({ args: [file], flags }: Given, io: Io): Promise<readonly Capture[]> {
  const { headers, body, entry, all } = flags
  if (all && entry !== undefined)
    throw usageError('Failed to read --entry: --all judges every one.', 'Leave one of the two out.')
  if (file !== undefined && headers === undefined && body === undefined)
    return readCaptures(await readInput(file, io))
  if (file === undefined && headers !== undefined && body !== undefined)
    return [readHeadersAndBody(await readInput(headers, io), await readInput(body, io))]
  throw usageError(
    'Failed to read the command line: it names no capture, or more than one.',
    'Name one FILE (or - for stdin), or both --headers FILE and --body FILE.',
  )
}
