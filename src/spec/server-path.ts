import { asText, atPointer, isJsonObject, type JsonObject, toPointer } from '../core/json.ts'
import type { Issue } from '../schema/issue.ts'
import { entries, type OperationNode, objects, operationNodes } from './document.ts'

/** The path of `https://acme.test/api/v2/` is `/api/v2`; variables stand at their defaults. */
export function serverPath(document: JsonObject): string {
  return serverPathOf(objects(document.servers)[0])
}

/** As {@link serverPath}, of the servers of an operation or of its path, where these have any. */
export function operationServerPath(document: JsonObject, node: OperationNode): string {
  const own = ownServers(document, node)[0]
  return own === undefined ? serverPath(document) : serverPathOf(own.server)
}

/** Servers whose URLs cannot be read. */
export function serverIssues(document: JsonObject): readonly Issue[] {
  const own = operationNodes(document, 'paths').flatMap((node) => ownServers(document, node))
  const [root] = objects(document.servers)
  const all = [...(root === undefined ? [] : [{ server: root, pointer: '' }]), ...own]
  // Operations of one path name its servers once each.
  const byPointer = new Map(all.map(({ server, pointer }) => [pointer, server]))
  return [...byPointer]
    .filter(([, server]) => !/^https?:$/.test(serverUrl(server)?.protocol ?? ''))
    .map(([pointer, server]) => ({
      code: 'BAD_SERVER',
      reason: `${JSON.stringify(server.url)} is no http or https URL, and no path`,
      hint: 'Write it as https://api.example.com/v1, or as /v1.',
      pointer: `${pointer}/servers/0/url`,
    }))
}

interface OwnServer {
  readonly server: JsonObject
  /** Of what has it: an operation or a path. */
  readonly pointer: string
}

/** The first server of the operation and of its path, the one that counts first. */
function ownServers(document: JsonObject, node: OperationNode): readonly OwnServer[] {
  const path = toPointer(['paths', node.name])
  return [
    { holder: node.value, pointer: node.pointer },
    { holder: atPointer(document, path), pointer: path },
  ].flatMap(({ holder, pointer }) =>
    objects(isJsonObject(holder) ? holder.servers : undefined)
      .slice(0, 1)
      .map((server) => ({ server, pointer })),
  )
}

/** As {@link serverPath}, of one server; without one, empty. */
export function serverPathOf(server: JsonObject | undefined): string {
  return (server && serverUrl(server)?.pathname.replace(/\/+$/, '')) ?? ''
}

function serverUrl(server: JsonObject): URL | null {
  const variables = new Map(entries(server.variables))
  const url = asText(server.url).replace(/\{([^{}]+)\}/g, (_, name) =>
    asText(variables.get(name)?.default ?? ''),
  )
  return URL.parse(url, 'http://localhost')
}
