import { asText, type JsonObject } from '../core/json.ts'
import type { Issue } from '../schema/issue.ts'
import { entries, objects } from './document.ts'

/** The path of `https://acme.test/api/v2/` is `/api/v2`; variables stand at their defaults. */
export function serverPath(document: JsonObject): string {
  return serverUrl(document)?.pathname.replace(/\/+$/, '') ?? ''
}

/** A server whose URL cannot be read. */
export function serverIssues(document: JsonObject): readonly Issue[] {
  const [server] = objects(document.servers)
  if (server === undefined || /^https?:$/.test(serverUrl(document)?.protocol ?? '')) return []
  return [
    {
      code: 'BAD_SERVER',
      reason: `${JSON.stringify(server.url)} is no http or https URL, and no path`,
      hint: 'Write it as https://api.example.com/v1, or as /v1.',
      pointer: '/servers/0/url',
    },
  ]
}

function serverUrl(document: JsonObject): URL | null {
  const [server] = objects(document.servers)
  if (server === undefined) return null
  const variables = new Map(entries(server.variables))
  const url = asText(server.url).replace(/\{([^{}]+)\}/g, (_, name) =>
    asText(variables.get(name)?.default ?? ''),
  )
  return URL.parse(url, 'http://localhost')
}
