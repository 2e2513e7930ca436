import { runCampaign, describe as shown } from './engine.ts'
import { SURFACES } from './surfaces/index.ts'

/** The same inputs each time: a test that fails now and then says little about the change that it is run for. */
const SEED = process.env.HOOKPROOF_FUZZ_SEED ?? 'hookproof'

/** What goes wrong with so many inputs, as a person needs to see it. */
export async function fuzzed(inputs: number): Promise<readonly string[]> {
  process.stdout.write(`fuzzing with the seed ${SEED}\n`)
  const findings = await runCampaign({ seed: SEED, inputs, surfaces: SURFACES, note: () => undefined })
  return findings.map((finding) => `${finding.surface}: ${shown(finding, SEED)}`)
}
