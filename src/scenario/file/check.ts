import { MockError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { PLANES } from '../../fault/catalogue.ts'
import { type AnswerWord, readAnswer } from '../../receiver/answer.ts'
import { type Issue, issue } from '../../schema/issue.ts'
import type { Situation } from '../situation.ts'
import { readStep, stepDefinition } from '../steps/index.ts'
import { type KnownOptions, type KnownProviders, loadKnownProviders } from './known-providers.ts'
import { createNames, faultWebhookIssues, type Names } from './names.ts'
import { patternIssues, waitIssues } from './value-issues.ts'

/** What of a file can be checked further: its form is right. */
interface ValidPart {
  readonly file: JsonObject
  readonly situation: Situation
  /** Names that the wrong parts may have given. */
  readonly removed: readonly string[]
  /** Indexes, from 0, of steps with an invalid form. */
  readonly brokenSteps: ReadonlySet<number>
}

/** Names that nothing has by the time they are used, or no provider of the file knows, and values out of range. */
export async function contentIssues(part: ValidPart, options: KnownOptions): Promise<readonly Issue[]> {
  const { file, situation, removed } = part
  const providers = await loadKnownProviders(file, options)
  const names = createNames(providers.names, removed)
  return [
    ...respondIssues(file),
    ...waitIssues(situation.attemptTimeoutMs ?? 0, '/attemptTimeout'),
    ...providers.issues,
    ...variableIssues(situation, names),
    ...webhookIssues(file, providers, names),
    ...faultIssues(file, providers, names),
    ...stepIssues(part, providers, names),
  ]
}

function variableIssues({ vars }: Situation, names: Names): readonly Issue[] {
  return Object.entries(vars).flatMap(([name, value]) => [
    ...names.checkReferences(value, `/vars/${name}`),
    ...names.give([{ name, meaning: 'value', pointer: '' }], `/vars/${name}`),
  ])
}

function webhookIssues(
  { webhooks = {} }: JsonObject,
  providers: KnownProviders,
  names: Names,
): readonly Issue[] {
  return Object.entries(webhooks as Readonly<Record<string, JsonObject>>).flatMap(([name, webhook]) => {
    const at = `/webhooks/${name}`
    return [
      ...names.checkReferences(webhook, at),
      ...providers.checkTarget(webhook, at),
      ...providers.checkFields(webhook, at),
      ...names.give([{ name, meaning: 'webhook', pointer: '' }], at),
    ]
  })
}

function faultIssues({ faults = {} }: JsonObject, providers: KnownProviders, names: Names): readonly Issue[] {
  const planes = faults as Readonly<Record<string, readonly JsonObject[]>>
  return [
    ...names.checkReferences(faults, '/faults'),
    ...PLANES.flatMap((plane) =>
      (planes[plane] ?? []).flatMap((fault, i) => {
        const at = `/faults/${plane}/${i}`
        return [...providers.checkFault({ ...fault, plane }, at), ...faultWebhookIssues(fault, at, names)]
      }),
    ),
  ]
}

function stepIssues(
  { file, situation, brokenSteps }: ValidPart,
  providers: KnownProviders,
  names: Names,
): readonly Issue[] {
  const { file: name, clock } = situation
  return ((file.steps ?? []) as readonly Json[]).flatMap((written, i) => {
    const at = `/steps/${i}`
    if (brokenSteps.has(i)) {
      names.give(
        namesInBroken(written).map((one) => ({ name: one, meaning: 'unknown', pointer: '' })),
        at,
      )
      return isJsonObject(written) && isJsonObject(written.fault)
        ? providers.checkFault(written.fault, `${at}/fault`)
        : []
    }
    const step = readStep(written, { file: name })
    const { kind, as } = step
    const value = isJsonObject(written) ? (written[kind] ?? null) : null
    const definition = stepDefinition(kind)
    const context = { at: `${at}/${kind}`, written: value, names, providers, clock }
    return [
      ...names.checkReferences(written, at),
      ...(isJsonObject(written) && kind !== 'expect' ? patternIssues(written.expect, `${at}/expect`) : []),
      ...(definition.check?.(step, context) ?? []),
      ...names.give(definition.names?.(step, as) ?? [], at),
    ]
  })
}

/** Names that a step with an invalid form declares: later steps may use them. */
function namesInBroken(step: Json): readonly string[] {
  if (!isJsonObject(step)) return []
  const { as, capture, register } = step
  const webhook = isJsonObject(register) ? register.name : undefined
  return [as, webhook, ...(isJsonObject(capture) ? Object.keys(capture) : [])].filter(
    (name) => typeof name === 'string',
  )
}

/** What the stand-in answers, as a list: `503, timeout` and `[503, timeout]` alike. */
export function answerWords(receiver: Json | undefined): readonly Json[] {
  const respond = isJsonObject(receiver) ? receiver.respond : undefined
  if (typeof respond === 'string') return respond.split(/[\s,]+/).filter((word) => word !== '')
  if (typeof respond === 'number') return [respond]
  return (respond as readonly Json[] | undefined) ?? []
}

/** Answers that the stand-in receiver does not know. */
function respondIssues({ receiver }: JsonObject): readonly Issue[] {
  const isList = isJsonObject(receiver) && Array.isArray(receiver.respond)
  return answerWords(receiver).flatMap((word, i) => {
    const at = `/receiver/respond${isList ? `/${i}` : ''}`
    try {
      readAnswer(word as AnswerWord)
      return []
    } catch (error) {
      if (!(error instanceof MockError)) throw error
      const [, reason = error.summary, near = ''] =
        /^Failed to read (.+?)\.(?: (.+))?$/.exec(error.summary) ?? []
      return [issue(at, reason, near.endsWith('?') ? near : error.hint)]
    }
  })
}
