import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { readDocument } from '../schema/locate.ts'
import { bundle } from './bundle.ts'
import { objects } from './document.ts'
import {
  type Made,
  type Packed,
  PRECOMPILED_FOLDER,
  pack,
  readPrecompiled,
  remembered,
  unpack,
} from './precompiled.ts'
import { type Holder, holderBelow } from './references.ts'
import { serverPathOf } from './server-path.ts'
import { isShipped } from './shipped.ts'

// Documents as they are handed to other programs: one file, at the mock's own address.

/** What a document is published with. */
export interface Publication {
  /** Where the mock serves what the document describes, without the path of its servers: `http://127.0.0.1:4010/acme`. */
  readonly mount: string
  /** With the `x-mock-*` keywords. */
  readonly keywords: boolean
}

/**
 * A document with what it takes from other files of its folder, read when it is first asked for, and again when it has changed.
 * @throws MockError (input) where it cannot be read
 */
export async function publishedDocument(file: string, publication: Publication): Promise<JsonObject> {
  const { data } = await remembered('published', file, () => wholeDocument(file))
  const document = data as JsonObject
  const known = publications.get(document) ?? new Map<string, JsonObject>()
  publications.set(document, known)
  const key = JSON.stringify([publication.mount, publication.keywords])
  const made = known.get(key) ?? publish(document, publication)
  known.set(key, made)
  for (const oldest of [...known.keys()].slice(0, -MOST_PUBLICATIONS)) known.delete(oldest)
  return made
}

/** What is published of a document, one for each address: many who ask at once get what was made for the first. */
const publications = new WeakMap<JsonObject, Map<string, JsonObject>>()

/** A mock has few addresses, but whoever asks may name any port. */
const MOST_PUBLICATIONS = 8

async function wholeDocument(file: string): Promise<Made<unknown>> {
  const precompiled = isShipped(file) ? await readPrecompiled(PRECOMPILED_FOLDER, file, 'openapi') : undefined
  if (precompiled !== undefined) return precompiled
  const { value, files } = await readWhole(file)
  return { data: unpack(pack(value)), files }
}

/** What the build writes of a document, so that no YAML has to be read where it is served. */
export async function packWhole(file: string): Promise<Made<Packed>> {
  const { value, files } = await readWhole(file)
  return { data: pack(value), files }
}

async function readWhole(file: string) {
  return bundle(await readDocument(file, { action: 'read the document', code: 'BAD_DOCUMENT' }))
}

/** A document for other programs: with the mock as the first of its servers, wherever it has some, and as the place of its tokens, where it has them. */
export function publish(document: JsonObject, { mount, keywords }: Publication): JsonObject {
  const served = servedUrls(document)
  const { openapi, info, ...rest } = document
  const whole: JsonObject = { servers: [], ...rest }
  return { ...picked({ openapi, info }), ...(below(whole, 'object') as JsonObject) }

  function below(value: Json, holder: Holder): Json {
    if (holder === 'data' || typeof value !== 'object' || value === null) return value
    if (Array.isArray(value))
      return (value as readonly Json[]).map((item, i) => below(item, holderBelow(holder, String(i))))
    return picked(
      Object.fromEntries(
        Object.entries(value as JsonObject).map(([key, inner]) => [key, member(holder, key, inner)]),
      ),
    )
  }

  function member(holder: Holder, key: string, value: Json): Json | undefined {
    if (holder === 'object') {
      if (key.startsWith('x-mock-') && !keywords) return undefined
      if (key === 'servers' && Array.isArray(value)) return servers(value)
      if (TOKEN_URLS.has(key)) return tokenUrl(value)
      // The examples of a schema are a list of values, those of a body are objects with names.
      if (key === 'examples' && Array.isArray(value)) return value
    }
    return below(value, holderBelow(holder, key))
  }

  function servers(value: readonly Json[]): Json {
    const others = objects(value).filter(({ url }) => originOf(url) !== undefined)
    return [{ url: `${mount}${serverPathOf(objects(value)[0])}`, description: 'hookproof' }, ...others]
  }

  /** A client that asks the mock must not take its tokens from the real provider; a page that the mock has not is there alone. */
  function tokenUrl(value: Json): Json {
    const origin = originOf(value)
    return origin !== undefined && served.has(String(value))
      ? `${mount}${String(value).slice(origin.length)}`
      : value
  }
}

/** The provider's own addresses of all paths of a document: below the servers of the path's operations, of the path, or of all. */
function servedUrls({ paths, servers }: JsonObject): ReadonlySet<string> {
  const items = Object.entries(isJsonObject(paths) ? paths : {})
  return new Set(
    items.flatMap(([path, item]) => {
      const own = isJsonObject(item) ? [item, ...objects(Object.values(item))] : []
      const below = own.flatMap((one) => objects(one.servers))
      return [...below, ...objects(servers)].map(({ url }) => `${String(url).replace(/\/+$/, '')}${path}`)
    }),
  )
}

const TOKEN_URLS = new Set(['tokenUrl', 'refreshUrl', 'authorizationUrl', 'openIdConnectUrl'])

/** `https://acme.test` of `https://acme.test/v1`; undefined for a path, which would lead to the mock itself. */
function originOf(url: Json | undefined): string | undefined {
  return typeof url === 'string' ? /^[^/?#]+:\/\/[^/?#]+/.exec(url)?.[0] : undefined
}

function picked(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  )
}
