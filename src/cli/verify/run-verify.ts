import type { Capture } from '../../capture/capture.ts'
import { judgeCapture } from '../../capture/judge-capture.ts'
import { pickCapture, readCaptures } from '../../capture/read-captures.ts'
import { readHeadersAndBody } from '../../capture/read-raw-request.ts'
import { loadContract } from '../../contract/contract.ts'
import { createClock } from '../../core/clock.ts'
import { recogniseEvent } from '../../receiver/recognise-event.ts'
import { needsSecret } from '../../receiver/signature-verdict.ts'
import { judgementJson, judgementLines } from '../../report/judgement-lines.ts'
import { knownProvider } from '../../spec/known-provider.ts'
import type { Provider } from '../../spec/provider.ts'
import type { Invocation } from '../command.ts'
import type { Io } from '../io.ts'
import { readInput } from '../read-input.ts'
import { basicFields, providerGiven, urlGiven } from '../sign/scheme-flags.ts'
import { usageError } from '../usage-error.ts'
import { judgeAll } from './judge-all.ts'
import type { verifyFlags } from './verify.ts'

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
