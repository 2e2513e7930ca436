import { negotiate } from '../contract/media-types.ts'
import type { MediaSchema, Operation, Provider, ResponseTemplate } from '../spec/provider.ts'
import type { ErrorRow } from '../spec/vocabulary.ts'
import { type Answer, renderAnswer } from './answer.ts'
import { type ErrorTexts, errorFacts, errorHeaders } from './error-facts.ts'
import { fieldTextFor } from './error-row.ts'
import type { RequestProblem } from './problem.ts'
import type { RenderContext } from './render-context.ts'

/** The provider's own error answer, as one of its error rows has it. */
export function refusal(
  provider: Provider,
  operation: Operation | null,
  row: ErrorRow | undefined,
  problems: readonly RequestProblem[],
  request: ErrorTexts & { readonly accept: string },
  context: RenderContext,
): Answer {
  const status = row?.status
  const template = row && templateFor(provider, operation, row)
  if (row === undefined || status === undefined || template === undefined) return undeclared(problems)
  const rows = operation?.errors ?? provider.errors
  const error = errorFacts(row, status, problems, request, (one) => fieldTextFor(rows, one, request.accept))
  const content = contentFor(template.contents, row.mediaType, request.accept)
  const headers = errorHeaders(row, problems, request)
  return renderAnswer({ ...template, status }, content, { ...context, error }, undefined, headers)
}

export function contentFor(
  contents: readonly MediaSchema[],
  wanted: string | undefined,
  accept: string,
): MediaSchema | undefined {
  const chosen =
    wanted ??
    negotiate(
      accept,
      contents.map(({ mediaType }) => mediaType),
    )
  return contents.find(({ mediaType }) => mediaType === chosen) ?? contents[0]
}

function templateFor(
  provider: Provider,
  operation: Operation | null,
  { status, response }: ErrorRow,
): Omit<ResponseTemplate, 'status'> | undefined {
  const declared = status === undefined ? undefined : operation?.responses.get(status)
  return declared ?? (response === undefined ? undefined : provider.responses.get(response))
}

/** The document has no row for this; the contract engine reports the undeclared answer as the mock's own violation. */
function undeclared(problems: readonly RequestProblem[]): Answer {
  const [first] = problems
  const error = `the provider's document has no error row for: ${first?.problem ?? 'unknown'} ${first?.place ?? ''}`
  return {
    status: 500,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ error: error.trim(), reason: first?.reason ?? null }),
  }
}
