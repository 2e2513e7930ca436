import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A mock server of others, installed with npm in the folder that `--peers` names. */
export interface Peer {
  readonly name: string
  /** Below node_modules/.bin. */
  readonly bin: string
  readonly args: (port: number, files: PeerFiles) => readonly string[]
}

export interface PeerFiles {
  /** An OpenAPI document with one route. */
  readonly document: string
  /** The same route as WireMock has it. */
  readonly mappings: string
}

export const PEER_ROUTE = '/items'

export const PEERS: readonly Peer[] = [
  {
    name: 'Prism',
    bin: 'prism',
    args: (port, { document }) => ['mock', '-h', '127.0.0.1', '-p', String(port), document],
  },
  {
    name: 'Mockoon',
    bin: 'mockoon-cli',
    args: (port, { document }) => ['start', '--data', document, '--port', String(port)],
  },
  {
    name: 'WireMock',
    bin: 'wiremock',
    args: (port, { mappings }) => ['--port', String(port), '--root-dir', mappings, '--disable-banner'],
  },
]

/** What makes each of them answer the route with this JSON. */
export async function writePeerFiles(folder: string, answer: unknown): Promise<PeerFiles> {
  const document = join(folder, 'peer.json')
  const content = { 'application/json': { schema: {}, example: answer } }
  const get = { operationId: 'list', responses: { 200: { description: 'All of them.', content } } }
  const openapi = {
    openapi: '3.0.3',
    info: { title: 'Peer', version: '1' },
    paths: { [PEER_ROUTE]: { get } },
  }
  await writeFile(document, JSON.stringify(openapi))
  await mkdir(join(folder, 'mappings'))
  const mapping = {
    request: { method: 'GET', urlPath: PEER_ROUTE },
    response: { status: 200, headers: { 'Content-Type': 'application/json' }, jsonBody: answer },
  }
  await writeFile(join(folder, 'mappings', 'list.json'), JSON.stringify(mapping))
  return { document, mappings: folder }
}
