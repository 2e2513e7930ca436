import type { JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import type { Issue } from '../../schema/issue.ts'
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
import type { Action, OperationKeyword, ResourceKeyword } from '../vocabulary.ts'
import { NAMING_ACTIONS } from './problems.ts'
/** Operations that cannot be told apart, or whose action lacks what it needs. */
export function operationIssues(
  document: JsonObject,
  resource: ResourceKeyword | undefined,
): readonly Issue[] {
  const nodes = operationNodes(document, 'paths')
  const events = operationNodes(document, 'webhooks').map((node) => node.name)
  return [
    ...idIssues([...nodes, ...operationNodes(document, 'webhooks')]),
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

type Finding = readonly [field: string, reason: string, hint?: string]

function actionIssues(subject: Subject): readonly Issue[] {
  return CHECKS.flatMap((check) => check(subject)).map(([field, reason, hint]) => ({
    code: 'BAD_OPERATION',
    reason: `the action ${subject.keyword.action} ${reason}`,
    ...(hint === undefined ? {} : { hint }),
    pointer: `${subject.node.pointer}/x-mock-operation${field === '' ? '' : `/${field}`}`,
  }))
}

const BODY_ACTIONS: readonly Action[] = ['create', 'update', 'add-filters', 'remove-filters']

const FILTER_ACTIONS: readonly Action[] = ['list-filters', 'add-filters', 'remove-filters']

/** Fields that only some actions know. */
const FIELD_ACTIONS: Readonly<Partial<Record<keyof OperationKeyword, readonly Action[]>>> = {
  attempt: ['resend'],
  event: ['send-test'],
  tests: ['list-attempts'],
  most: ['list-attempts'],
  page: ['list', 'list-attempts', 'list-filters', 'list-event-types'],
  input: BODY_ACTIONS,
}

const CHECKS: readonly ((subject: Subject) => readonly Finding[])[] = [
  ({ keyword }) =>
    Object.entries(FIELD_ACTIONS)
      .filter(([field, actions]) => field in keyword && !actions.includes(keyword.action))
      .map(([field, actions]) => [field, `has no "${field}"`, `Only ${actions.join(', ')} has.`]),
  ({ node, keyword }) => {
    if (!NAMING_ACTIONS.has(keyword.action)) return []
    return unknownParameter(node, 'webhook', keyword.webhook ?? 'id', ['path', 'query'])
  },
  ({ node, keyword }) => {
    if (keyword.action !== 'resend') return []
    if (keyword.attempt === undefined)
      return [['', 'needs "attempt", the parameter that names the log entry']]
    return unknownParameter(node, 'attempt', keyword.attempt, ['path'])
  },
  ({ keyword, events }) => {
    if (keyword.action !== 'send-test') return []
    if (keyword.event === undefined) return [['', 'needs "event", the type that it sends']]
    if (events.includes(keyword.event)) return []
    return [['event', `sends "${keyword.event}", which is no webhook`, suggestion(keyword.event, events)]]
  },
  ({ node, keyword }) => {
    const { page } = keyword
    if (page === undefined) return []
    const tooMany = page.size.default > page.size.maximum
    return [
      ...unknownParameter(node, 'page/number/param', page.number.param, ['query']),
      ...unknownParameter(node, 'page/size/param', page.size.param, ['query']),
      ...(tooMany ? [['page/size/default', 'has a default page size above its maximum'] as const] : []),
    ]
  },
  ({ node, keyword }) =>
    BODY_ACTIONS.includes(keyword.action) && bodySchemas(node).length === 0
      ? [['action', 'needs a request body with a schema']]
      : [],
  ({ node, keyword: { input } }) => {
    const found = input === undefined || bodySchemas(node).some((schema) => hasPlace(schema, [input]))
    return found ? [] : [['input', `reads "${input}", which the request body does not have`]]
  },
  ({ keyword, resource }) =>
    FILTER_ACTIONS.includes(keyword.action) && resource !== undefined && resource.filter === undefined
      ? [['action', 'needs a "filter" in x-mock-resource']]
      : [],
]

function unknownParameter(
  node: OperationNode,
  field: string,
  name: string,
  places: readonly string[],
): readonly Finding[] {
  const names = parameterNames(node, places)
  if (names.includes(name)) return []
  const hint = names.length === 0 ? undefined : suggestion(name, names)
  const reason = `needs the ${places.join(' or ')} parameter "${name}", which is not declared`
  return [hint === undefined ? [field, reason] : [field, reason, hint]]
}
