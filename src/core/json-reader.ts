import { type Json, MAX_LEVELS } from './json.ts'
import { createSlices } from './slices.ts'

/** Bytes of one value: what is parsed at once. The largest body that a fault makes, 64 MiB, takes less, as a JSON string, too. */
const MAX_VALUE_BYTES = 256 * 1024 * 1024

const [QUOTE, BACKSLASH] = [0x22, 0x5c]

const SPACES: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d])

/** What `[`, `{`, `]` and `}` do to the depth, by their byte: an array, since every byte outside of strings is looked up. */
const STEPS = new Int8Array(256)
STEPS.set([1, 0, -1], 0x5b)
STEPS.set([1, 0, -1], 0x7b)

/** Where a number or a word ends. */
const ENDS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x3a, 0x5b, 0x5d, 0x7b, 0x7d, 0x22])

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text that is no JSON, and at which byte. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

/**
 * Reads JSON as its bytes arrive, a part at a time, so that no document is too long. It finds only where values end, and
 * `JSON.parse` reads them: at a fifth of the time that a parser in JavaScript takes.
 */
export class JsonReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #slices = createSlices()
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  /** Bytes before `#bytes`. */
  #before = 0

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** The first character of what comes next; undefined at the end. */
  async peek(): Promise<string | undefined> {
    for (;;) {
      while (SPACES.has(this.#bytes[this.#at])) this.#at++
      const byte = this.#bytes[this.#at]
      if (byte !== undefined) return String.fromCharCode(byte)
      if (!(await this.#refill())) return undefined
    }
  }

  /** The names of an object's members; the value of each is to be read before the next name. */
  async *members(): AsyncGenerator<string> {
    await this.#take('{')
    if (await this.#takeIf('}')) return
    do {
      if ((await this.peek()) !== '"') throw this.#unexpected()
      const name = (await this.value()) as string
      await this.#take(':')
      yield name
    } while (await this.#takeIf(','))
    await this.#take('}')
  }

  /** The places of an array's elements; each is to be read before the next place. */
  async *elements(): AsyncGenerator<number> {
    await this.#take('[')
    if (await this.#takeIf(']')) return
    let place = 0
    do yield place++
    while (await this.#takeIf(','))
    await this.#take(']')
  }

  /** The next value as a whole. */
  async value(): Promise<Json> {
    const first = await this.peek()
    const start = this.#before + this.#at
    const parts: Uint8Array[] = []
    let size = 0
    const take = (end: number) => {
      parts.push(this.#bytes.subarray(this.#at, end))
      size += end - this.#at
      this.#at = end
      if (size > MAX_VALUE_BYTES)
        throw new JsonSyntaxError(`the value at byte ${start} is longer than ${MAX_VALUE_BYTES} bytes`)
    }
    const isScalar = first !== '{' && first !== '[' && first !== '"'
    const scan = isScalar ? scalarEnd : createValueScan(start)
    for (;;) {
      const end = scan(this.#bytes, this.#at)
      take(end ?? this.#bytes.length)
      if (end !== undefined) break
      if (await this.#refill()) continue
      if (!isScalar || size === 0) throw this.#unexpected()
      break
    }
    if (size === 0) throw this.#unexpected()
    try {
      return JSON.parse(strictUtf8.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts)))
    } catch (error) {
      throw new JsonSyntaxError(`the value at byte ${start} is none: ${(error as Error).message}`)
    }
  }

  /** Nothing but space may follow. */
  async end(): Promise<void> {
    if ((await this.peek()) !== undefined) throw this.#unexpected()
  }

  async #take(character: string): Promise<void> {
    if (!(await this.#takeIf(character))) throw this.#unexpected()
  }

  async #takeIf(character: string): Promise<boolean> {
    const isThere = (await this.peek()) === character
    if (isThere) this.#at++
    return isThere
  }

  /** Called once all bytes are read; false at the end. */
  async #refill(): Promise<boolean> {
    if (this.#slices.isOver()) await this.#slices.next()
    const { value, done } = await this.#chunks.next()
    if (done === true) return false
    this.#before += this.#bytes.length
    this.#bytes = value
    this.#at = 0
    return true
  }

  #unexpected(): JsonSyntaxError {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) return new JsonSyntaxError('it ends too early')
    return new JsonSyntaxError(
      `unexpected ${JSON.stringify(String.fromCharCode(byte))} at byte ${this.#before + this.#at}`,
    )
  }
}

/** Finds the end of a value, which may be in a later chunk: then the first call answers undefined. */
type Scan = (bytes: Uint8Array, from: number) => number | undefined

const scalarEnd: Scan = (bytes, from) => {
  for (let at = from; at < bytes.length; at++) if (ENDS.has(bytes[at] as number)) return at
  return undefined
}

/** For objects, arrays and strings. */
function createValueScan(start: number): Scan {
  let level = 0
  let inString = false
  let isEscaped = false
  return (bytes, from) => {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (isEscaped) isEscaped = false
      else if (byte === BACKSLASH) isEscaped = inString
      else if (byte === QUOTE) inString = !inString
      else if (inString) continue
      else level += STEPS[byte] as number
      if (level > MAX_LEVELS)
        throw new JsonSyntaxError(`the value at byte ${start} is nested more than ${MAX_LEVELS} levels deep`)
      if (level <= 0 && !inString) return at + 1
    }
    return undefined
  }
}
