import type { Json } from '../../core/json.ts'
import { fill, ITSELF, type Lookup } from '../references.ts'
import type { Memory } from './memory.ts'

export interface Surroundings {
  readonly receiverUrl: string
  readonly origin: string
  /** Of the scenario file. */
  readonly folder: string
  /** Where each provider's API stands. */
  readonly urls: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * What `$name` stands for: what the scenario named, and `$receiver` (`.origin`, `.host`, `.port`, `.path`), `$mock`
 * (`.<provider>`), `$secret.<webhook>`, `$env.<NAME>`, and `$here`, the folder of the file.
 */
export function createLookup(memory: Memory, around: () => Surroundings): Lookup {
  const builtIns: Readonly<Record<string, () => Json>> = {
    receiver: () => urlValue(around().receiverUrl),
    mock: () => ({ ...around().urls, [ITSELF]: around().origin }),
    secret: () => Object.fromEntries([...memory.webhooks].map(([name, { secret }]) => [name, secret])),
    here: () => around().folder,
    env: () =>
      Object.fromEntries(
        Object.entries(around().env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
  }
  // Variables may speak of these and of one another; what happened is told as it is, dollars and all.
  const asWritten = new Map(memory.values)
  const lookup: Lookup = (name) => {
    const value = memory.values.get(name)
    if (value === undefined) return Object.hasOwn(builtIns, name) ? builtIns[name]?.() : undefined
    if (asWritten.get(name) !== value) return value
    asWritten.delete(name)
    const meant = fill(value, lookup)
    memory.values.set(name, meant)
    return meant
  }
  return lookup
}

function urlValue(text: string): Json {
  const url = new URL(text)
  return {
    [ITSELF]: text,
    origin: url.origin,
    host: url.host,
    port: url.port,
    path: `${url.pathname}${url.search}`,
  }
}
