import { setImmediate as nextTurn } from 'node:timers/promises'
import { drawFor } from './draw.ts'
import { startHoldMeter } from './holds.ts'
import type { Input, Surface } from './surface.ts'
import { startWatchdog } from './watchdog.ts'

const RENEW_EVERY = 400
/** A surface with so many kinds of failures is given no more inputs. */
const MOST_FINDINGS = 12
/** Runs that are spent on making one failing input smaller. */
const SHRINKING_RUNS = 150
const SHRINKING_MS = 10_000
const SHOWN = 1_500

export interface Campaign {
  readonly seed: string
  readonly inputs: number
  readonly surfaces: readonly Surface[]
  /** Only the input of this number. */
  readonly only?: number
  readonly note: (text: string) => void
}

/** One kind of failure, with the input that first showed it. */
export interface Finding {
  readonly surface: string
  readonly number: number
  readonly complaint: string
  readonly input: Input
  /** Whether the input fails by itself, or only after those before it. */
  readonly isRepeatable: boolean
}

interface Numbered {
  readonly number: number
  readonly input: Input
}

/** Gives each surface its share of the inputs. The same seed gives the same inputs. */
export async function runCampaign(campaign: Campaign): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const surface of campaign.surfaces) {
    const started = performance.now()
    const given = campaign.only === undefined ? Math.ceil(campaign.inputs * surface.share) : 1
    const found = await fuzz(surface, given, campaign)
    findings.push(...found)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    campaign.note(`  ${surface.name}: ${given} inputs in ${seconds} s, ${found.length} kinds of failures`)
  }
  return findings
}

/** What a person needs to see a failure again. */
export function describe({ surface, number, complaint, input, isRepeatable }: Finding, seed: string): string {
  const shown = Object.entries(input).map(([name, text]) => {
    const more = text.length > SHOWN ? ` … (${text.length} characters)` : ''
    return `  ${name}: ${JSON.stringify(text.slice(0, SHOWN))}${more}`
  })
  const again = `npm run fuzz -- --seed ${seed} --only ${surface} --input ${number}`
  return [complaint, ...shown, `  ${isRepeatable ? again : 'not seen again with this input alone'}`].join(
    '\n',
  )
}

async function fuzz(surface: Surface, given: number, campaign: Campaign): Promise<readonly Finding[]> {
  const kinds = new Map<string, Finding>()
  const uncaught: string[] = []
  const listen = (error: unknown) =>
    void uncaught.push(`uncaught: ${String((error as Error)?.stack ?? error)}`)
  process.on('uncaughtException', listen).on('unhandledRejection', listen)
  using holds = startHoldMeter()
  await using watchdog = startWatchdog()
  let target = await surface.open()
  const known = (complaint: string) => kinds.has(kindOf(complaint))
  const keep = (finding: Finding) => {
    if (known(finding.complaint)) return
    kinds.set(kindOf(finding.complaint), finding)
    campaign.note(`${surface.name}: ${describe(finding, campaign.seed)}`)
  }

  /** What goes wrong when these are given side by side. */
  const attempt = async (batch: readonly Numbered[]): Promise<readonly string[]> => {
    watchdog.notice(
      `${surface.name}, seed ${campaign.seed}, inputs ${batch.map(({ number }) => number).join(', ')}`,
    )
    await nextTurn()
    holds.worst()
    const complaints = (await Promise.all(batch.map(({ input }) => target.run(input)))).flat()
    // What is thrown past all of them comes up only now.
    await nextTurn()
    const held = Math.round(holds.worst())
    if (held > target.mayHoldMs) complaints.push(`the event loop was held for ${held} ms`)
    return [...complaints, ...(await target.check()), ...uncaught.splice(0)]
  }

  const investigate = async (batch: readonly Numbered[], seen: readonly string[]) => {
    let isExplained = false
    for (const one of batch) {
      const [first] = await repeatedly(attempt, one)
      if (first === undefined) continue
      isExplained = true
      if (known(first)) continue
      const input = await shrink(attempt, one, first)
      keep({ surface: surface.name, number: one.number, complaint: first, input, isRepeatable: true })
    }
    // What took long and is not seen again was somebody else's doing.
    for (const complaint of isExplained ? [] : seen)
      if (!/^(?:the event loop was held|no end)/.test(complaint))
        for (const { number, input } of batch)
          keep({ surface: surface.name, number, complaint, input, isRepeatable: false })
  }

  try {
    const make = (number: number): Numbered => ({
      number,
      input: target.make(drawFor(`${campaign.seed} ${surface.name} ${number}`)),
    })
    for (let from = 0, renewed = 0; from < given && kinds.size < MOST_FINDINGS; from += target.width) {
      const width = Math.min(target.width, given - from)
      const batch = Array.from({ length: width }, (_, i) => make(campaign.only ?? from + i))
      const complaints = await attempt(batch)
      if (complaints.some((complaint) => !known(complaint))) await investigate(batch, complaints)
      if (from + width - renewed < RENEW_EVERY && from + width < given) continue
      renewed = from + width
      const dead = [...(await target.renew()), ...uncaught.splice(0)]
      for (const complaint of dead)
        keep({ surface: surface.name, number: from, complaint, input: {}, isRepeatable: false })
      if (dead.length === 0) continue
      await target[Symbol.asyncDispose]()
      target = await surface.open()
    }
  } finally {
    await target[Symbol.asyncDispose]()
    process.off('uncaughtException', listen).off('unhandledRejection', listen)
  }
  return [...kinds.values()]
}

type Attempt = (batch: readonly Numbered[]) => Promise<readonly string[]>

/** What goes wrong each time of three; a complaint about time is no other for being another number of milliseconds. */
async function repeatedly(attempt: Attempt, one: Numbered): Promise<readonly string[]> {
  let all = await attempt([one])
  for (let again = 0; again < 2 && all.length > 0; again++) {
    const kinds = new Set((await attempt([one])).map(kindOf))
    all = all.filter((complaint) => kinds.has(kindOf(complaint)))
  }
  return all
}

/** Leaves out pieces, ever smaller ones, as long as it goes wrong in the same way. */
async function shrink(attempt: Attempt, { number, input }: Numbered, complaint: string): Promise<Input> {
  const kind = kindOf(complaint)
  const deadline = performance.now() + SHRINKING_MS
  let smallest = input
  let runs = 0
  for (const name of Object.keys(input)) {
    let piece = Math.ceil((smallest[name] ?? '').length / 2)
    while (piece > 0 && runs < SHRINKING_RUNS && performance.now() < deadline) {
      let isSmaller = false
      for (let at = 0; at < (smallest[name] ?? '').length && runs < SHRINKING_RUNS; ) {
        const text = smallest[name] ?? ''
        const candidate = { ...smallest, [name]: text.slice(0, at) + text.slice(at + piece) }
        runs++
        if ((await attempt([{ number, input: candidate }])).some((one) => kindOf(one) === kind)) {
          smallest = candidate
          isSmaller = true
        } else at += piece
      }
      if (!isSmaller || piece > (smallest[name] ?? '').length) piece = Math.floor(piece / 2)
    }
  }
  return smallest
}

/** Failures that differ in numbers, ids or quoted texts alone are of one kind. */
function kindOf(complaint: string): string {
  return complaint
    .slice(0, 300)
    .replace(/"[^"]*"/g, '""')
    .replace(/\b(?:evt|del|att|whk)_\w+/g, 'id')
    .replace(/\d+/g, '0')
    .slice(0, 120)
}
