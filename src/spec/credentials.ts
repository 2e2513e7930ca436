import { isJsonObject, type JsonObject, toPointer } from '../core/json.ts'
import type { Issue } from '../schema/issue.ts'
import { entries, operationNodes, securityOf } from './openapi-nodes.ts'
import type { CredentialHeader } from './provider.ts'
/** How each security scheme of the document carries its credential; those that are no header are left out. */
export function credentialHeaders(document: JsonObject): readonly CredentialHeader[] {
  return securitySchemes(document).flatMap(([scheme, definition]) => {
    const carried = carrier(definition)
    return carried === undefined ? [] : [{ scheme, ...carried }]
  })
}

/** Every scope that an operation asks for, in the order of the document. */
export function documentScopes(document: JsonObject): readonly string[] {
  const asked = operationNodes(document, 'paths').flatMap((node) =>
    securityOf(document, node).flatMap((alternative) => Object.values(alternative).flat()),
  )
  return [...new Set(asked)]
}

/** Security schemes that are asked for and are unknown, or carried by something else than a header. */
export function credentialProblems(document: JsonObject): readonly Issue[] {
  const schemes = new Map(securitySchemes(document))
  return operationNodes(document, 'paths').flatMap((node) => {
    const own = node.value.security !== undefined
    return securityOf(document, node).flatMap((alternative, index) =>
      Object.keys(alternative).flatMap((name): readonly Issue[] => {
        const pointer = `${own ? node.pointer : ''}${toPointer(['security', index, name])}`
        const definition = schemes.get(name)
        if (definition === undefined)
          return [
            { code: 'UNKNOWN_SECURITY', reason: `"${name}" is no security scheme of the document`, pointer },
          ]
        if (carrier(definition) !== undefined) return []
        return [
          {
            code: 'UNSUPPORTED_SECURITY',
            reason: `the security scheme "${name}" is not carried by a header`,
            hint: 'Use http bearer, http basic, apiKey in header, oauth2 or openIdConnect.',
            pointer: toPointer(['components', 'securitySchemes', name]),
          },
        ]
      }),
    )
  })
}

function securitySchemes(document: JsonObject) {
  const { components } = document
  return isJsonObject(components) ? entries(components.securitySchemes) : []
}

const AUTHORIZATION: Readonly<Record<string, Omit<CredentialHeader, 'scheme'>>> = {
  bearer: { header: 'Authorization', prefix: 'Bearer ' },
  basic: { header: 'Authorization', prefix: 'Basic ' },
}

function carrier(definition: JsonObject): Omit<CredentialHeader, 'scheme'> | undefined {
  const { type, scheme, name } = definition
  if (type === 'http') return AUTHORIZATION[String(scheme).toLowerCase()]
  // RFC 6750: both hand out bearer tokens.
  if (type === 'oauth2' || type === 'openIdConnect') return AUTHORIZATION.bearer
  return type === 'apiKey' && definition.in === 'header' ? { header: String(name), prefix: '' } : undefined
}
