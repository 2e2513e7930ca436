import { parseArgs } from 'node:util'
import { runCampaign } from './engine.ts'
import { SURFACES } from './surfaces/index.ts'

/** `npm run fuzz -- --inputs 100000 --seed N`; `--only SURFACE --input NUMBER` gives one input again. */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    /** Default: HOOKPROOF_FUZZ_SEED, else another one each time. */
    seed: { type: 'string' },
    only: { type: 'string' },
    input: { type: 'string' },
  },
})
const names = SURFACES.map(({ name }) => name)
const surfaces = SURFACES.filter(({ name }) => values.only === undefined || values.only === name)
if (surfaces.length === 0) {
  process.stderr.write(`no surface ${values.only}; there are ${names.join(', ')}\n`)
  process.exit(2)
}
const seed = values.seed ?? process.env.HOOKPROOF_FUZZ_SEED ?? String(Date.now())
const note = (text: string) => void process.stdout.write(`${text}\n`)
note(`fuzzing with the seed ${seed}`)
const findings = await runCampaign({
  seed,
  inputs: Number(values.inputs),
  surfaces,
  ...(values.input !== undefined && { only: Number(values.input) }),
  note,
})
note(findings.length === 0 ? 'nothing was found' : `${findings.length} kinds of failures, each shown above`)
process.exit(findings.length === 0 ? 0 : 1)
