import { atPointer, type JsonObject } from '../../core/json.ts'
import {
  bodySchemas,
  declaredResponses,
  hasPlace,
  type OperationNode,
  operationKeyword,
  securityOf,
} from '../document.ts'
import {
  ACTIONS,
  type Action,
  type OperationKeyword,
  type Problem,
  type ResourceKeyword,
} from '../vocabulary.ts'

/** What the rules below look at. */
interface Situation {
  readonly node: OperationNode
  readonly document: JsonObject
  readonly keyword: OperationKeyword | null
  readonly resource: ResourceKeyword | undefined
}

/** The problems that requests to an operation can have; `route` and `method` arise before one is found. */
export function possibleProblems(
  document: JsonObject,
  node: OperationNode,
  resource: ResourceKeyword | undefined,
): ReadonlySet<Problem> {
  const situation = { node, document, resource, keyword: operationKeyword(node) }
  const rules = Object.entries(RULES) as [Problem, (situation: Situation) => boolean][]
  return new Set(rules.filter(([, arises]) => arises(situation)).map(([problem]) => problem))
}

/** The actions about a whole collection, or no webhook at all; every other one is about one webhook, which the request names. */
const COLLECTION_ACTIONS: readonly Action[] = [
  'list',
  'create',
  'list-event-types',
  'read-account',
  'issue-token',
]

const NAMING_ACTIONS: ReadonlySet<Action> = new Set(
  ACTIONS.filter((action) => !COLLECTION_ACTIONS.includes(action)),
)

const never = () => false

const always = () => true

const hasBody = ({ node }: Situation) => node.value.requestBody !== undefined

/** Whether a request names a webhook, always or if it wants to. */
export function canNameWebhook({ action, webhook }: OperationKeyword): boolean {
  return NAMING_ACTIONS.has(action) || (action === 'list' && webhook !== undefined)
}

const namesWebhook = ({ keyword }: Situation) => keyword !== null && canNameWebhook(keyword)

const isIdempotent = ({ keyword }: Situation) => keyword?.idempotency !== undefined

const RULES: Readonly<Record<Problem, (situation: Situation) => boolean>> = {
  route: never,
  method: never,
  authentication: ({ document, node, keyword }) => {
    if (isOneOf(keyword, ['issue-token'])) return false
    const alternatives = securityOf(document, node)
    return alternatives.length > 0 && alternatives.every((schemes) => Object.keys(schemes).length > 0)
  },
  scope: ({ document, node, keyword }) =>
    !isOneOf(keyword, ['issue-token']) &&
    securityOf(document, node).some((schemes) => Object.values(schemes).some((scopes) => scopes.length > 0)),
  'not-acceptable': ({ node }) =>
    [...declaredResponses(node).values()].some((response) => response.content !== undefined),
  'media-type': hasBody,
  'too-large': hasBody,
  malformed: hasBody,
  schema: hasBody,
  login: ({ keyword }) => isOneOf(keyword, ['issue-token']),
  'login-scope': ({ keyword }) => keyword?.token?.scope !== undefined,
  parameter: ({ node }) => node.parameters.some(canFail),
  'unknown-parameter': always,
  'wrong-account': ({ keyword }) => keyword?.account !== undefined,
  'url-not-https': (situation) => situation.resource?.url.https === true && setsUrl(situation),
  'tls-check-failed': (situation) => situation.resource?.url.tlsCheck === true && setsUrl(situation),
  'not-found': namesWebhook,
  forbidden: namesWebhook,
  'limit-reached': ({ node, keyword, resource }) =>
    resource?.limit !== undefined &&
    (isOneOf(keyword, ['create']) || (isOneOf(keyword, ['update']) && canEnable(node, keyword, resource))),
  untested: ({ node, document, keyword, resource }) =>
    isAfterTest(document) &&
    resource !== undefined &&
    isOneOf(keyword, ['update']) &&
    canEnable(node, keyword, resource),
  'idempotency-mismatch': isIdempotent,
  'idempotency-processing': isIdempotent,
  unavailable: always,
  // Wherever its status is declared; it need not be.
  fault: never,
}

/** Whether a webhook that the provider disabled has to pass a test first. */
function isAfterTest(document: JsonObject): boolean {
  return atPointer(document, '/x-mock-delivery/disable/reactivate') === 'after-test'
}

function setsUrl({ node, keyword, resource }: Situation): boolean {
  return (
    resource !== undefined &&
    isOneOf(keyword, ['create', 'update']) &&
    bodySchemas(node).some((schema) => hasPlace(schema, inputSteps(keyword, resource.url.field)))
  )
}

function canEnable(
  node: OperationNode,
  keyword: OperationKeyword | null,
  resource: ResourceKeyword,
): boolean {
  const { enabled } = resource
  if (enabled === undefined) return false
  return bodySchemas(node).some((schema) => hasPlace(schema, inputSteps(keyword, enabled.field)))
}

/** A path step or a header that may be any text cannot be wrong; a query parameter can be given twice. */
function canFail(parameter: JsonObject): boolean {
  if (parameter.in === 'query') return true
  if (parameter.in === 'header' && parameter.required === true) return true
  const schema = parameter.schema
  return Object.entries(typeof schema === 'object' ? (schema ?? {}) : {}).some(
    ([keyword, value]) => CONSTRAINTS.has(keyword) || (keyword === 'type' && value !== 'string'),
  )
}

const CONSTRAINTS = new Set(
  'enum const pattern format minLength maxLength not allOf anyOf oneOf if minimum maximum'.split(' '),
)

function inputSteps(keyword: OperationKeyword | null, field: string): readonly string[] {
  return keyword?.input === undefined ? [field] : [keyword.input, field]
}

function isOneOf(keyword: OperationKeyword | null, actions: readonly Action[]): boolean {
  return keyword !== null && actions.includes(keyword.action)
}
