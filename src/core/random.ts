import { createHmac, randomBytes, randomUUID } from 'node:crypto'

declare const brand: unique symbol

/** A string with a type of its own, so that the id of an event cannot be passed as that of a webhook. */
export type Brand<Name extends string> = string & { readonly [brand]: Name }

export type ProviderId = Brand<'ProviderId'>

export type AccountName = Brand<'AccountName'>

export type WebhookId = Brand<'WebhookId'>

export type EventId = Brand<'EventId'>

export type DeliveryId = Brand<'DeliveryId'>

export type AttemptId = Brand<'AttemptId'>

const ALPHABETS = {
  hex: '0123456789abcdef',
  alphanumeric: '0123456789abcdefghijklmnopqrstuvwxyz',
} as const

export type Alphabet = keyof typeof ALPHABETS

/** The one source of randomness: everything random in a mock comes from here, so a seed repeats a run. */
export interface Random {
  /** `count` random bytes. */
  bytes(count: number): Buffer
  /** A number in [0, 1). */
  fraction(): number
  /** `length` random characters of an alphabet. */
  text(alphabet: Alphabet, length: number): string
  uuid(): string
  /** hookproof's own ids: `evt_`, `del_`, `att_`, `whk_` and 20 characters. */
  event(): EventId
  delivery(): DeliveryId
  attempt(): AttemptId
  webhook(): WebhookId
  /** A separate random stream, which draws elsewhere do not change. With a seed, the same for the same name. */
  fork(name: string): Random
}

/** Random numbers from the operating system, or, with a seed, the same sequence for the same seed. */
export function createRandom(seed?: string): Random {
  const bytes = seed === undefined ? pooledBytes() : seededBytes(seed)
  const text = (alphabet: Alphabet, length: number) => pick(ALPHABETS[alphabet], length, bytes)
  const rng: Random = {
    bytes,
    fraction: () => bytes(6).readUIntBE(0, 6) / 2 ** 48,
    text,
    uuid: () => (seed === undefined ? randomUUID() : uuidFrom(bytes(16))),
    event: () => `evt_${text('alphanumeric', 20)}` as EventId,
    delivery: () => `del_${text('alphanumeric', 20)}` as DeliveryId,
    attempt: () => `att_${text('alphanumeric', 20)}` as AttemptId,
    webhook: () => `whk_${text('alphanumeric', 20)}` as WebhookId,
    fork: (name) => (seed === undefined ? rng : createRandom(`${seed}/${name}`)),
  }
  return rng
}

const POOL = 4096

/** Drawn from the operating system many at a time: each draw costs a microsecond or two, and an attempt takes several. */
function pooledBytes(): (count: number) => Buffer {
  let pool = Buffer.alloc(0)
  return (count) => {
    if (count > POOL) return randomBytes(count)
    if (pool.length < count) pool = randomBytes(POOL)
    const taken = pool.subarray(0, count)
    pool = pool.subarray(count)
    return taken
  }
}

function seededBytes(seed: string): (count: number) => Buffer {
  let counter = 0
  return (count) => {
    const blocks: Buffer[] = []
    for (let have = 0; have < count; have += 32)
      blocks.push(createHmac('sha256', seed).update(String(counter++)).digest())
    return Buffer.concat(blocks).subarray(0, count)
  }
}

function pick(alphabet: string, length: number, bytes: (count: number) => Buffer): string {
  // 16 bits a character keep the bias of the remainder below one in a thousand.
  const random = bytes(length * 2)
  let out = ''
  for (let i = 0; i < length; i++) out += alphabet[random.readUInt16BE(i * 2) % alphabet.length]
  return out
}

/** RFC 9562, section 5.4: version 4 in byte 6, variant 10 in byte 8. */
function uuidFrom(random: Buffer): string {
  random.writeUInt8((random.readUInt8(6) & 0x0f) | 0x40, 6)
  random.writeUInt8((random.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = random.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
