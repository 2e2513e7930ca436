import { type JsonObject, toPointer } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import { below, hintFor, type Issue, issue } from '../../schema/issue.ts'
import {
  bodySchemas,
  declaredResponses,
  hasPlace,
  type OperationNode,
  operationKeyword,
  operationNodes,
  parameterNames,
  successStatus,
} from '../document.ts'
import { ACTIONS, type Action, type OperationKeyword, type ResourceKeyword } from '../vocabulary.ts'
import { canNameWebhook } from './problems.ts'
/** Operations with the same id, or whose action lacks what it needs. */
export function operationIssues(
  document: JsonObject,
  resource: ResourceKeyword | undefined,
): readonly Issue[] {
  const nodes = operationNodes(document, 'paths')
  const events = operationNodes(document, 'webhooks').map((node) => node.name)
  return [
    ...idIssues([...nodes, ...operationNodes(document, 'webhooks')]),
    ...nodes.flatMap(pathIssues),
    ...nodes.flatMap((node) => {
      const keyword = operationKeyword(node)
      return [
        ...successIssues(node),
        ...(keyword === null ? [] : actionIssues({ node, keyword, resource, events })),
      ]
    }),
  ]
}

function idIssues(nodes: readonly OperationNode[]): readonly Issue[] {
  const seen = new Set<string>()
  return nodes.flatMap((node): readonly Issue[] => {
    const id = node.value.operationId
    if (typeof id !== 'string')
      return node.pointer.startsWith('/webhooks')
        ? []
        : [
            {
              code: 'NO_OPERATION_ID',
              reason: `${node.method.toUpperCase()} ${node.name} has no operationId`,
              pointer: node.pointer,
            },
          ]
    const isRepeated = seen.has(id)
    seen.add(id)
    if (!isRepeated) return []
    const pointer = `${node.pointer}/operationId`
    return [{ code: 'SAME_OPERATION_ID', reason: `the operationId "${id}" is used twice`, pointer }]
  })
}

/** A path that no request could be divided by. */
function pathIssues({ name, pointer }: OperationNode): readonly Issue[] {
  const [pair] = /\{[^{}]*\}\{[^{}]*\}/.exec(name) ?? []
  if (pair === undefined) return []
  return [
    {
      code: 'BAD_PATH',
      reason: `nothing divides the parameters ${pair} of the path`,
      hint: 'Put a "/" or another character between them.',
      pointer,
    },
  ]
}

function successIssues(node: OperationNode): readonly Issue[] {
  const status = successStatus(node)
  if (declaredResponses(node).has(status)) return []
  return [
    {
      code: 'UNDECLARED_STATUS',
      reason: `${node.method.toUpperCase()} ${node.name} does not declare its own success, the status ${status}`,
      pointer: `${node.pointer}/responses`,
    },
  ]
}

interface Subject {
  readonly node: OperationNode
  readonly keyword: OperationKeyword
  readonly resource: ResourceKeyword | undefined
  readonly events: readonly string[]
}

function actionIssues(subject: Subject): readonly Issue[] {
  const issues = CHECKS.flatMap((check) => check(subject))
  return below(`${subject.node.pointer}/x-mock-operation`, issues).map((one) => ({
    ...one,
    code: 'BAD_OPERATION',
    reason: `the action ${subject.keyword.action} ${one.reason}`,
  }))
}

const BODY_ACTIONS: readonly Action[] = ['create', 'update', 'add-filters', 'remove-filters', 'issue-token']

const FILTER_ACTIONS: readonly Action[] = ['list-filters', 'add-filters', 'remove-filters']

/** Fields that only some actions know. */
const FIELD_ACTIONS: Readonly<Partial<Record<keyof OperationKeyword, readonly Action[]>>> = {
  attempt: ['resend'],
  event: ['send-test', 'create'],
  eventId: ['send-test'],
  payload: ['send-test', 'create'],
  test: ['create'],
  filters: ['list-attempts'],
  token: ['issue-token'],
  tests: ['list-attempts'],
  most: ['list-attempts'],
  page: ['list', 'list-attempts', 'list-filters', 'list-event-types'],
  input: BODY_ACTIONS,
  // An answer is kept for an account, and a token for whoever logs in.
  idempotency: ACTIONS.filter((action) => action !== 'issue-token'),
}

const CHECKS: readonly ((subject: Subject) => readonly Issue[])[] = [
  ({ keyword }) =>
    Object.entries(FIELD_ACTIONS)
      .filter(([field, actions]) => field in keyword && !actions.includes(keyword.action))
      .map(([field, actions]) => issue(`/${field}`, `has no "${field}"`, `Only ${actions.join(', ')} has.`)),
  ({ node, keyword }) => {
    if (!canNameWebhook(keyword)) return []
    const places = keyword.action === 'list' ? ['query'] : ['path', 'query']
    return unknownParameter(node, '/webhook', keyword.webhook ?? 'id', places)
  },
  ({ node, keyword }) => {
    if (keyword.action !== 'resend') return []
    if (keyword.attempt === undefined)
      return [issue('', 'needs "attempt", the parameter that names the log entry')]
    return unknownParameter(node, '/attempt', keyword.attempt, ['path'])
  },
  ({ node, keyword: { account } }) =>
    account === undefined ? [] : unknownParameter(node, '/account', account, ['path']),
  ({ node, keyword: { filters = {} } }) =>
    Object.keys(filters).flatMap((name) =>
      unknownParameter(node, `/filters${toPointer([name])}`, name, ['query']),
    ),
  ({ keyword, resource, events }) => {
    if (keyword.action !== 'send-test' && keyword.test !== true) return []
    if (keyword.event === undefined)
      return resource === undefined || resource.filter?.match === 'type'
        ? []
        : [issue('', 'needs "event", the type that it sends')]
    if (events.includes(keyword.event)) return []
    return [
      issue('/event', `sends "${keyword.event}", which is no webhook`, suggestion(keyword.event, events)),
    ]
  },
  ({ node, keyword }) => {
    const { page } = keyword
    if (page === undefined) return []
    const tooMany = page.size.default > page.size.maximum
    return [
      ...unknownParameter(node, '/page/number/param', page.number.param, ['query']),
      ...unknownParameter(node, '/page/size/param', page.size.param, ['query']),
      ...(tooMany ? [issue('/page/size/default', 'has a default page size above its maximum')] : []),
    ]
  },
  ({ node, keyword }) =>
    BODY_ACTIONS.includes(keyword.action) && bodySchemas(node).length === 0
      ? [issue('/action', 'needs a request body with a schema')]
      : [],
  ({ node, keyword: { input } }) => {
    const found = input === undefined || bodySchemas(node).some((schema) => hasPlace(schema, [input]))
    return found ? [] : [issue('/input', `reads "${input}", which the request body does not have`)]
  },
  ({ node, keyword: { action, token, input } }) => {
    if (action !== 'issue-token') return []
    if (token === undefined) return [issue('', 'needs "token", which says what it compares')]
    const fields = token.login.map((name, i) => [`/token/login/${i}`, name] as const)
    const read = token.scope === undefined ? fields : [...fields, ['/token/scope', token.scope] as const]
    const schemas = bodySchemas(node)
    return read
      .filter(
        ([, name]) =>
          !schemas.some((schema) => hasPlace(schema, [...(input === undefined ? [] : [input]), name])),
      )
      .map(([at, name]) => issue(at, `reads "${name}", which the request body does not have`))
  },
  ({ keyword, resource }) =>
    FILTER_ACTIONS.includes(keyword.action) && resource !== undefined && resource.filter === undefined
      ? [issue('/action', 'needs a "filter" in x-mock-resource')]
      : [],
]

function unknownParameter(
  node: OperationNode,
  pointer: string,
  name: string,
  places: readonly string[],
): readonly Issue[] {
  const names = parameterNames(node, places)
  if (names.includes(name)) return []
  const reason = `needs the ${places.join(' or ')} parameter "${name}", which is not declared`
  return [issue(pointer, reason, hintFor(name, names))]
}
