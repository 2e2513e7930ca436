import { type Instant, later } from '../../core/clock.ts'
import type { Delivery, Webhook } from '../../core/model.ts'
import { parseDuration } from '../../core/units.ts'
import type { Change } from '../../state/store.ts'
import { type ActionResult, atInputPath, type Call, problem, type RequestProblem } from '../context.ts'
import { findWebhook } from '../lookup.ts'
import { tlsProblem, urlProblem } from '../receiver-url.ts'
import { changeWebhook, createWebhook, newSecret } from '../stored-webhook.ts'
import {
  defaultFilter,
  filterProblem,
  readWebhookInput,
  updatedWebhook,
  type WebhookInput,
  webhookView,
} from '../webhook-fields.ts'
import { begunTest, composeTest, pageOf } from './deliveries.ts'

/** The problem that the account has as many active webhooks as it may have; null: another one can be switched on. */
async function activeLimitProblem({ parts, provider, account }: Call): Promise<RequestProblem | null> {
  const limit = provider.resource.limit?.active
  if (limit === undefined) return null
  const webhooks = await parts.store.webhooks({ provider: provider.id, account: account.name })
  if (webhooks.filter(({ enabled }) => enabled).length < limit) return null
  return problem('limit-reached', {
    place: `/${provider.resource.url.field}`,
    limit,
    reason: `only ${limit} active webhooks are allowed`,
  })
}

/** Keeps the answer that shows a webhook, in the commit of the webhook. */
function keepingView({ provider, keeping }: Call): (webhook: Webhook) => readonly Change[] {
  return (webhook) => keeping.answered({ result: webhookView(provider, webhook) })
}

export async function create(call: Call): Promise<ActionResult> {
  if (call.mock.test !== true) return createOne(call, keepingView(call))
  const begun = await begunTest(call)
  if (begun !== undefined) return { result: webhookView(call.provider, begun.webhook), test: begun }
  const { filter = defaultFilter(call.provider, call.account) } = readWebhookInput(call.provider, call.input)
  const test = await composeTest(call, filter)
  const made: { readonly webhook: Webhook; readonly delivery: Delivery }[] = []
  const created = await createOne(call, (webhook) => {
    const delivery = test.deliveryTo(webhook)
    made.push({ webhook, delivery })
    return test.changes(delivery)
  })
  const [one] = made
  if ('problem' in created || one === undefined) return created
  return { ...created, test: await test.attempt(one.delivery, one.webhook) }
}

/** @param along what is kept in the same commit */
async function createOne(call: Call, along: (webhook: Webhook) => readonly Change[]): Promise<ActionResult> {
  const { parts, provider, account } = call
  const asked = readWebhookInput(provider, call.input)
  const { url = '', enabled = true, filter = defaultFilter(provider, account), fields = {} } = asked
  const wrong =
    urlProblem(provider, url, parts) ??
    filterProblem(provider, account, asked) ??
    (await tlsProblem(provider, url, parts))
  if (wrong !== null) return { problem: atInputPath(call, wrong) }
  return parts.mutex(`${provider.id}/${account.name}`, async (): Promise<ActionResult> => {
    const tooMany = enabled ? await activeLimitProblem(call) : null
    if (tooMany !== null) return { problem: atInputPath(call, tooMany) }
    const input = { provider, account, url, filter, enabled, fields }
    const webhook = await createWebhook(parts, input, along)
    return { result: webhookView(provider, webhook) }
  })
}

export async function list(call: Call): Promise<ActionResult> {
  const { parts, provider, account, mock, query } = call
  if (mock.webhook !== undefined && query[mock.webhook] !== undefined) return read(call)
  const webhooks = await parts.store.webhooks({ provider: provider.id, account: account.name })
  const { items, page } = pageOf(call, webhooks)
  return { result: items.map((webhook) => webhookView(provider, webhook)), ...(page && { page }) }
}

export async function read(call: Call): Promise<ActionResult> {
  const found = await findWebhook(call)
  return 'problem' in found ? found : { result: webhookView(call.provider, found.webhook) }
}

export async function remove(call: Call): Promise<ActionResult> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider } = call
  const deletedAt = parts.clock.now()
  const webhook = await changeWebhook(
    parts,
    found.webhook.id,
    (current) => ({ ...current, deletedAt }),
    keepingView(call),
  )
  await parts.queue.cancel(found.webhook.id, 'the webhook was deleted')
  return { result: webhookView(provider, webhook ?? found.webhook) }
}

/** Attempts from now on are signed with the new secret, and with the old one only as long as the provider lets both count. */
export async function rotateSecret(call: Call): Promise<ActionResult> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider } = call
  const secret = newSecret(provider, parts.rng)
  const updatedAt = parts.clock.now()
  const { overlap } = provider.resource.secret
  const change = (current: Webhook): Webhook => ({
    ...current,
    secret,
    retiredSecrets: retired(current, overlap, updatedAt),
    updatedAt,
  })
  const webhook = await changeWebhook(parts, found.webhook.id, change, keepingView(call))
  return webhook === undefined ? rotateAgain(call) : { result: webhookView(provider, webhook) }
}

function retired(
  { secret, retiredSecrets }: Webhook,
  overlap: string | undefined,
  now: Instant,
): Webhook['retiredSecrets'] {
  if (overlap === undefined) return []
  return [
    ...retiredSecrets.filter(({ until }) => until > now),
    { secret, until: later(now, parseDuration(overlap)) },
  ]
}

/** The webhook was deleted between being found and being changed: not found, unless a restore has brought it back. */
async function rotateAgain(call: Call): Promise<ActionResult> {
  const found = await findWebhook(call)
  return 'problem' in found ? found : rotateSecret(call)
}

export async function update(call: Call): Promise<ActionResult> {
  const { parts, provider, account } = call
  const untrusted = await certificateProblem(call)
  if (untrusted !== null) return { problem: atInputPath(call, untrusted) }
  return parts.mutex(`${provider.id}/${account.name}`, async (): Promise<ActionResult> => {
    const found = await findWebhook(call)
    if ('problem' in found) return found
    const input = readWebhookInput(provider, call.input)
    const wrong = await updateProblem(call, found.webhook, input)
    if (wrong !== null) return { problem: atInputPath(call, wrong) }
    const change = (current: Webhook) => updatedWebhook(current, input, parts.clock.now())
    const webhook = await changeWebhook(parts, found.webhook.id, change, keepingView(call))
    if (webhook === undefined) return findWebhook(call).then(gone)
    if (!webhook.enabled) await parts.queue.cancel(webhook.id, 'the webhook was switched off')
    return { result: webhookView(provider, webhook) }
  })
}

/** Checks the receiver's certificate outside the mutex, since a slow receiver must not block other requests. */
async function certificateProblem(call: Call): Promise<RequestProblem | null> {
  const { url } = readWebhookInput(call.provider, call.input)
  if (url === undefined || urlProblem(call.provider, url, call.parts) !== null) return null
  return 'problem' in (await findWebhook(call)) ? null : tlsProblem(call.provider, url, call.parts)
}

async function updateProblem(
  call: Call,
  webhook: Webhook,
  input: WebhookInput,
): Promise<RequestProblem | null> {
  const wrongUrl = input.url === undefined ? null : urlProblem(call.provider, input.url, call.parts)
  if (wrongUrl !== null) return wrongUrl
  const notAvailable = filterProblem(call.provider, call.account, input)
  if (notAvailable !== null) return notAvailable
  if (input.enabled !== true || webhook.enabled) return null
  return testProblem(call, webhook) ?? activeLimitProblem(call)
}

/** A webhook that its provider disabled is enabled again only after a test, where the provider says so. */
function testProblem({ provider }: Call, { disabledBy }: Webhook): RequestProblem | null {
  const { enabled } = provider.resource
  if (provider.delivery.disable?.afterTest !== true || disabledBy === null || disabledBy.tested === true)
    return null
  return problem('untested', {
    place: `/${enabled?.field ?? ''}`,
    reason: 'needs a test delivery that succeeds before',
  })
}

function gone(found: Awaited<ReturnType<typeof findWebhook>>): ActionResult {
  if ('problem' in found) return found
  throw new Error(`the webhook ${found.webhook.id} changed while it was being changed`)
}
