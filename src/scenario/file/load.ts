import { parseClockMode } from '../../core/clock.ts'
import type { MockError } from '../../core/errors.ts'
import { atPointer, type Json, type JsonObject } from '../../core/json.ts'
import { numberHint, numberReason } from '../../core/number-text.ts'
import { titleOf } from '../../core/text.ts'
import { parseDuration } from '../../core/units.ts'
import { PLANES } from '../../fault/catalogue.ts'

import { type Issue, issue, MOST_ISSUES, type Subject, throwAll, toErrors } from '../../schema/issue.ts'

import { type Document, readDocument } from '../../schema/locate.ts'
import { validPart } from '../../schema/validate.ts'
import { knownProvider, namesWithVariants } from '../../spec/load.ts'
import type { Scenario } from '../scenario.ts'
import type { FaultPlan, Situation, WebhookPlan } from '../situation.ts'
import { readStep } from '../steps/index.ts'
import { answerWords, contentIssues } from './check.ts'
import { formIssues } from './form.ts'
import type { KnownOptions } from './known-providers.ts'

/** A wrong entry of these says nothing about the others. Steps keep their numbers. */
const PARTS = { collections: new Set(['vars', 'webhooks', 'faults']), lists: new Set(['steps']) }

const SCENARIO: Subject = { action: 'load the scenario', code: 'BAD_SCENARIO' }

/**
 * Reads a scenario file, without network.
 *
 * @throws MockError (input) with everything that is wrong with it, each with file, line and column.
 */
export async function loadScenario(file: string, options: KnownOptions = {}): Promise<Scenario> {
  const document = await readDocument(file, SCENARIO)
  throwAll(await scenarioErrors(document, options))
  const scenario = toScenario(document)
  const { specs = [], variant = [] } = options
  const names = await namesWithVariants(scenario.providers, specs, [variant].flat())
  const providers = await Promise.all(names.map((name) => knownProvider(name, specs)))
  return { ...scenario, providers: [...new Set(providers.map(({ id }) => id))] }
}

/** Everything that is wrong with a file that holds an object, in its order. */
export async function scenarioErrors(
  document: Document,
  options: KnownOptions = {},
): Promise<readonly MockError[]> {
  const issues = await scenarioIssues(document, options)
  const placed = issues.map((one) => ({ ...one, pointer: existing(document.value, one.pointer) }))
  return toErrors({ ...document, ...SCENARIO }, placed)
}

/** What is sent, and not only compared. */
const SENT = /\/(?:payload|body|fields|vars|set|path|query|headers|env)(?:\/|$)/

const COMPARED = /\/(?:expect|wait)(?:\/|$)/

/** Numbers that would be other ones, and those that would be sent in another notation. */
function numberIssues({ changedNumbers }: Document): readonly Issue[] {
  return changedNumbers()
    .filter(({ isOther, pointer }) => isOther || (SENT.test(pointer) && !COMPARED.test(pointer)))
    .slice(0, MOST_ISSUES)
    .map((changed) => issue(changed.pointer, numberReason(changed), numberHint(changed)))
}

async function scenarioIssues(document: Document, options: KnownOptions): Promise<readonly Issue[]> {
  const numbers = numberIssues(document)
  if (numbers.length > 0) return numbers
  const { outline, steps } = await formIssues(document.value)
  const wrong = [...outline, ...steps.flat()]
  // There may be others that were not looked for, so that nothing more can be relied on.
  if (wrong.length >= MOST_ISSUES) return wrong
  const { value: file, removed } = validPart(document.value, outline, PARTS)
  const brokenSteps = new Set([
    ...outline.flatMap(({ pointer }) => /^\/steps\/(\d+)/.exec(pointer)?.[1] ?? []).map(Number),
    ...[...steps.keys()].filter((i) => (steps[i] ?? []).length > 0),
  ])
  const situation = readSituation({ ...document, value: file })
  return [...wrong, ...(await contentIssues({ file, situation, removed, brokenSteps }, options))]
}

/** The event of `trigger: note.created` is the trigger itself. */
function existing(file: JsonObject, pointer: string): string {
  const isThere = pointer === '' || atPointer(file, pointer) !== undefined
  return isThere ? pointer : existing(file, pointer.slice(0, pointer.lastIndexOf('/')))
}

function toScenario(document: Document): Scenario {
  const { value, locate } = document
  const steps = ((value.steps ?? []) as readonly Json[]).map((step, i) =>
    readStep(step, locate(`/steps/${i}`)),
  )
  return { ...readSituation(document), steps }
}

function readSituation({ file, value, locate }: Document): Situation {
  const { name, description, provider, providers, clock, attemptTimeout, seed, vars, receiver } = value
  return {
    file,
    name: titleOf((name as string | undefined) ?? file),
    description: (description as string | undefined) ?? null,
    providers: (providers as string[] | undefined) ?? [provider as string],
    clock: parseClockMode((clock as string | undefined) ?? 'virtual'),
    attemptTimeoutMs: attemptTimeout === undefined ? null : parseDuration(attemptTimeout as string),
    seed: seed === undefined ? null : String(seed),
    vars: (vars as JsonObject | undefined) ?? {},
    webhooks: webhooksOf(value, locate),
    receiver: receiver === undefined ? null : { respond: answerWords(receiver) },
    faults: faultsOf(value, locate),
  }
}

type Locate = Document['locate']

function webhooksOf({ webhooks = {} }: JsonObject, locate: Locate): readonly WebhookPlan[] {
  return Object.entries(webhooks as Record<string, JsonObject>).map(([name, plan]) => ({
    at: locate(`/webhooks/${name}`),
    name,
    fields: {},
    ...(plan as unknown as Pick<WebhookPlan, 'url'>),
  }))
}

function faultsOf({ faults = {} }: JsonObject, locate: Locate): readonly FaultPlan[] {
  return PLANES.flatMap((plane) =>
    (((faults as JsonObject)[plane] ?? []) as readonly JsonObject[]).map((fault, i) => ({
      at: locate(`/faults/${plane}/${i}`),
      plane,
      fault,
    })),
  )
}
