import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MockError } from '../../../src/core/errors.ts'
import { toErrors } from '../../../src/schema/issue.ts'
import { readDocument } from '../../../src/schema/locate.ts'
import { vocabularyIssues } from '../../../src/spec/checks/vocabulary.ts'
import { PROVIDER_DOCUMENT, validateDocument } from '../../../src/spec/validate.ts'

/** A small provider that uses most of the vocabulary. */
export const ACME = `openapi: 3.1.0
jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema
info: { title: Acme, version: 1.2.0, description: Sends notes. }
servers: [{ url: 'https://acme.test/api/{version}', variables: { version: { default: v2 } } }]
security: [{ token: [hooks:read] }]
x-foreign: { x-mock-nothing: true }
x-mock-provider: { id: acme, sources: [the handbook], bodyLimit: 2048 }
x-mock-signature: { scheme: hmac, hash: sha256, digest: hex, headers: { X-Sig: 'sha256={digest}' } }
x-mock-delivery:
  eventId: { format: uuid }
  attemptId: { format: sequence }
  timeout: 3s
  schedule: { delays: [10s, 1m] }
x-mock-errors:
  - { when: [route, method], status: 404, response: Error, message: 'Nothing at {path}' }
  - { when: authentication, status: 401, message: 'Who are you?' }
  - { when: scope, status: 403, message: 'Needs {scopes}' }
  - { when: not-found, status: 404, message: 'No webhook {id}' }
  - { when: [media-type, too-large, malformed, schema, parameter, url-not-https, limit-reached], status: 400, details: fields }
paths:
  /hooks:
    get:
      operationId: listHooks
      parameters:
        - { name: page, in: query, schema: { type: integer, minimum: 0 } }
        - { name: size, in: query, schema: { type: integer } }
      x-mock-operation:
        action: list
        page: { number: { param: page, base: 0 }, size: { param: size, default: 20, maximum: 50 } }
      responses:
        '200':
          description: all
          content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Hook' } } } }
        '400': { $ref: '#/components/responses/Error' }
        '401': { $ref: '#/components/responses/Error' }
        '403': { $ref: '#/components/responses/Error' }
    post:
      operationId: createHook
      security: [{ token: [hooks:write] }]
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: '#/components/schemas/NewHook' } } }
      x-mock-operation: { action: create }
      responses:
        '201':
          description: made
          headers: { X-Request-Id: { required: true, x-mock-value: request.id, schema: { type: string } } }
          content: { application/json: { schema: { $ref: '#/components/schemas/Hook' } } }
        '400': { $ref: '#/components/responses/Error' }
        '401': { $ref: '#/components/responses/Error' }
        '403': { $ref: '#/components/responses/Error' }
  /hooks/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    delete:
      operationId: deleteHook
      x-mock-operation: { action: delete }
      responses:
        '204': { description: gone }
        '401': { $ref: '#/components/responses/Error' }
        '403': { $ref: '#/components/responses/Error' }
        '404': { $ref: '#/components/responses/Error' }
webhooks:
  note.created:
    post:
      summary: A note was written
      parameters: [{ name: X-Sig, in: header, required: true, schema: { type: string } }]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [id, note]
              properties:
                id: { type: string, format: uuid, x-mock-value: event.id }
                note: { type: string }
            examples:
              first: { value: { id: 6f1f3a52-0000-4000-8000-000000000000, note: hello } }
      responses: { 2XX: { description: taken } }
components:
  securitySchemes: { token: { type: http, scheme: bearer } }
  schemas:
    Hook:
      type: object
      required: [id, url]
      properties:
        id: { type: integer }
        url: { type: string }
        active: { type: boolean }
      x-mock-resource:
        id: { format: sequence, field: id }
        url: { field: url, https: true }
        enabled: { field: active }
        secret: { field: secret, alphabet: hex, length: 32 }
        limit: { active: 5 }
    NewHook:
      type: object
      required: [url]
      properties: { url: { type: string } }
  responses:
    Error:
      description: it went wrong
      content:
        application/json:
          schema:
            type: object
            properties: { message: { type: string, x-mock-value: error.message } }
`

/** The document with each piece of text, which must occur exactly once, replaced. */
export function acme(...changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`not exactly once in the document: ${from}`)
    return text.replace(from, () => to)
  }, ACME)
}

/** `<folder>/openapi/acme.yaml`, with `<folder>/fixtures/acme/accounts.json` where accounts are given. */
export async function writeAcme(text: string = ACME, accounts?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hookproof-spec-'))
  await mkdir(join(folder, 'openapi'))
  const file = join(folder, 'openapi', 'acme.yaml')
  await writeFile(file, text)
  if (accounts !== undefined) {
    await mkdir(join(folder, 'fixtures', 'acme'), { recursive: true })
    await writeFile(join(folder, 'fixtures', 'acme', 'accounts.json'), accounts)
  }
  return file
}

/** Everything that is wrong with a document, as people see it; files by their last name. */
export async function complaintsAbout(text: string, accounts?: string): Promise<readonly string[]> {
  return described(await validateDocument(await writeAcme(text, accounts)))
}

/** As {@link complaintsAbout}, of the keywords alone. */
export async function keywordComplaintsAbout(text: string): Promise<readonly string[]> {
  const document = await readDocument(await writeAcme(text), PROVIDER_DOCUMENT)
  return described(toErrors(document, await vocabularyIssues(document.value)))
}

function described(errors: readonly MockError[]): readonly string[] {
  return errors.map((error) => error.message.replace(/^\S*\/(acme\.yaml|accounts\.json)/, '$1'))
}
