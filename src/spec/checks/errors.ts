import { sameHeader } from '../../core/headers.ts'
import { isJsonObject, type JsonObject, pointerSteps } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import type { Issue } from '../../schema/issue.ts'
import {
  bodySchemas,
  declaredResponses,
  errorRows,
  hasPlace,
  type OperationNode,
  operationNodes,
  parameterNames,
} from '../document.ts'
import type { ErrorRow, Problem, ResourceKeyword } from '../vocabulary.ts'
import { possibleProblems } from './problems.ts'

interface PlacedRow {
  readonly row: ErrorRow
  readonly pointer: string
}

/** Rows that answer with what an operation does not declare, or that look at a place which does not exist. */
export function errorRowIssues(
  document: JsonObject,
  resource: ResourceKeyword | undefined,
): readonly Issue[] {
  const nodes = operationNodes(document, 'paths')
  const root = placed(document, '')
  return [
    ...root.flatMap((row) => routeIssues(document, row)),
    ...root.flatMap((row) => placeIssues(row, nodes)),
    ...root.flatMap((row) => faultIssues(row, nodes)),
    ...nodes.flatMap((node) => {
      const own = placed(node.value, node.pointer)
      return [
        ...own.flatMap((row) => ownRowIssues(row, node)),
        ...own.flatMap((row) => faultIssues(row, [node])),
        ...undeclared(node, [...own, ...root], possibleProblems(document, node, resource)),
      ]
    }),
  ]
}

function placed(value: JsonObject, pointer: string): readonly PlacedRow[] {
  return errorRows(value).map((row, index) => ({ row, pointer: `${pointer}/x-mock-errors/${index}` }))
}

/** No operation is known when the route or the method is wrong, so such a row names its template itself. */
function routeIssues(document: JsonObject, { row, pointer }: PlacedRow): readonly Issue[] {
  const { components } = document
  const responses = isJsonObject(components) && isJsonObject(components.responses) ? components.responses : {}
  const names = Object.keys(responses)
  if (row.response !== undefined && !names.includes(row.response))
    return [
      {
        code: 'UNKNOWN_RESPONSE',
        reason: `"${row.response}" is no response of the components`,
        hint: suggestion(row.response, names),
        pointer: `${pointer}/response`,
      },
    ]
  if (row.response !== undefined || row.do !== undefined || !problemsOf(row).some(isUnrouted)) return []
  return [
    {
      code: 'NO_RESPONSE',
      reason: `a row for ${problemsOf(row).filter(isUnrouted).join(' and ')} names no response to render`,
      hint: 'Name one of #/components/responses in its "response".',
      pointer,
    },
  ]
}

function ownRowIssues(placedRow: PlacedRow, node: OperationNode): readonly Issue[] {
  const unrouted = problemsOf(placedRow.row).filter(isUnrouted)
  const misplaced = unrouted.map((problem) => ({
    code: 'MISPLACED_ROW',
    reason: `"${problem}" arises before the operation is known`,
    hint: 'Put the row into x-mock-errors at the root.',
    pointer: `${placedRow.pointer}/when`,
  }))
  return [...misplaced, ...placeIssues(placedRow, [node])]
}

/** A fault row answers only where its status is declared. */
function faultIssues({ row, pointer }: PlacedRow, nodes: readonly OperationNode[]): readonly Issue[] {
  const status = Number(row.status)
  if (!problemsOf(row).includes('fault') || nodes.some((node) => declaredResponses(node).has(status)))
    return []
  const reason = `the status ${status} of a row for faults is not declared${nodes.length === 1 ? ' here' : ' by any operation'}`
  return [{ code: 'UNDECLARED_STATUS', reason, pointer: `${pointer}/status` }]
}

function placeIssues({ row, pointer }: PlacedRow, nodes: readonly OperationNode[]): readonly Issue[] {
  if (row.at === undefined || nodes.some((node) => canBeAt(row, node))) return []
  return [
    { code: 'UNKNOWN_PLACE', reason: `no request has anything at "${row.at}"`, pointer: `${pointer}/at` },
  ]
}

function undeclared(
  node: OperationNode,
  rows: readonly PlacedRow[],
  possible: ReadonlySet<Problem>,
): readonly Issue[] {
  const open = new Set(possible)
  const issues: Issue[] = []
  for (const { row, pointer } of rows) {
    const here = problemsOf(row).filter((problem) => open.has(problem))
    if (here.length === 0 || !canBeAt(row, node)) continue
    if (row.at === undefined && row.keyword === undefined && row.accept === undefined)
      for (const problem of here) open.delete(problem)
    if (row.do === undefined || row.do === 'refuse') issues.push(...answerIssues(node, row, here, pointer))
  }
  return issues
}

function answerIssues(
  node: OperationNode,
  row: ErrorRow,
  problems: readonly Problem[],
  pointer: string,
): readonly Issue[] {
  const status = Number(row.status)
  const response = declaredResponses(node).get(status)
  const who = `${node.method.toUpperCase()} ${node.name}`
  if (response === undefined)
    return [
      {
        code: 'UNDECLARED_STATUS',
        reason: `${who} does not declare the status ${status} of a row for ${problems.join(', ')} (#${pointer})`,
        pointer: `${node.pointer}/responses`,
      },
    ]
  const types = isJsonObject(response.content) ? Object.keys(response.content) : []
  if (row.mediaType === undefined || types.includes(row.mediaType)) return []
  return [
    {
      code: 'UNDECLARED_MEDIA_TYPE',
      reason: `${who} does not declare ${row.mediaType} for the status ${status} of a row for ${problems.join(', ')} (#${pointer})`,
      pointer: `${node.pointer}/responses`,
    },
  ]
}

function canBeAt(row: ErrorRow, node: OperationNode): boolean {
  if (row.at === undefined || row.at === '') return true
  if (!row.at.startsWith('/')) {
    const [place = '', name = ''] = row.at.split('/')
    const names = parameterNames(node, [place])
    return name === '*' ? names.length > 0 : names.some((other) => sameHeader(other, name))
  }
  const steps = pointerSteps(row.at)
  // A field that should not be there is checked where it stands, so only its parent is declared.
  const declared = [row.keyword ?? []].flat().includes('additionalProperties') ? steps.slice(0, -1) : steps
  return bodySchemas(node).some((schema) => hasPlace(schema, declared))
}

function problemsOf(row: ErrorRow): readonly Problem[] {
  return typeof row.when === 'string' ? [row.when] : row.when
}

function isUnrouted(problem: Problem): boolean {
  return problem === 'route' || problem === 'method'
}
