import type { Capture } from '../../capture/capture.ts'
import { judgeCapture } from '../../capture/judge-capture.ts'
import { pickCapture, readCaptures } from '../../capture/read-captures.ts'
import { readHeadersAndBody } from '../../capture/read-raw-request.ts'
import { loadContract } from '../../contract/contract.ts'
import { createClock } from '../../core/clock.ts'
import { needsSecret } from '../../receiver/signature-verdict.ts'
import { judgementJson, judgementLines } from '../../report/judgement-lines.ts'
import { knownProvider } from '../../spec/known-provider.ts'
import type { Provider } from '../../spec/provider.ts'
import type { Invocation } from '../command.ts'
import type { Io } from '../io.ts'
import { readInput } from '../read-input.ts'
import { basicFields, providerGiven, urlGiven } from '../sign/scheme-flags.ts'
import { usageError } from '../usage-error.ts'
import type { verifyFlags } from './verify.ts'

type Given = Invocation<typeof verifyFlags>

const DIFFERS = 1

/** Exit code 0 where the delivery is as its provider declares it, 1 where it differs. */
export async function runVerify(invocation: Given, io: Io): Promise<number> {
  const { flags, given } = invocation
  const provider = await knownProvider(providerGiven(flags), flags.spec)
  refuseUnverified(provider, flags)
  const capture = await readCapture(invocation, io)
  const judgement = judgeCapture(await loadContract(), provider, capture, {
    event: flags.event,
    secrets: flags.contractOnly ? [] : flags.secret,
    url: urlGiven(flags, given),
    at: flags.at,
    now: createClock().wall(),
    anyAge: flags.ignoreAge,
    fields: basicFields(provider, flags),
  })
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

async function readCapture({ args: [file], flags }: Given, io: Io): Promise<Capture> {
  const { headers, body, entry } = flags
  if (file !== undefined && headers === undefined && body === undefined)
    return pickCapture(readCaptures(await readInput(file, io)), entry)
  if (file === undefined && headers !== undefined && body !== undefined)
    return readHeadersAndBody(await readInput(headers, io), await readInput(body, io))
  throw usageError(
    'Failed to read the command line: it names no capture, or more than one.',
    'Name one FILE (or - for stdin), or both --headers FILE and --body FILE.',
  )
}
