import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inUrl } from '../../../src/core/address.ts'
import { createEgress, type EgressSettings, type Resolve } from '../../../src/delivery/egress.ts'
import { createHttpSender } from '../../../src/delivery/send.ts'

/** An address as its number: IPv4 addresses are those below `::ffff:0:0/96`, as sockets see them. */
interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

const MAPPED = 0xffffn << 32n

const canonical = ({ bits, value }: Address): Address =>
  bits === 128 && value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffff_ffffn } : { bits, value }

const dotted = (value: bigint) => [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')

const groups = (value: bigint) =>
  Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))

const textOf = ({ bits, value }: Address) => (bits === 32 ? dotted(value) : groups(value).join(':'))

function isLoopback(address: Address): boolean {
  const { bits, value } = canonical(address)
  return bits === 32 ? value >> 24n === 127n : value === 1n
}

const v4 = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 0xffff_ffffn }),
    fc.bigInt({ min: 0x7f00_0000n, max: 0x7fff_ffffn }),
    fc.constantFrom(0n, 0x7f00_0001n, 0x0a00_0001n, 0xa9fe_a9fen, 0x7eff_ffffn, 0x8000_0000n),
  )
  .map((value): Address => ({ bits: 32, value }))

const v6 = fc
  .oneof(
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
    fc.constantFrom(0n, 1n, 2n, 0xfe80n << 112n, 0x7f00_0001n, (0x64ff9bn << 96n) | 0x7f00_0001n),
    v4.map(({ value }) => MAPPED | value),
  )
  .map((value): Address => ({ bits: 128, value }))

const address = fc.oneof(v4, v6)

const number = (value: bigint) =>
  fc.constantFrom(10, 8, 16).map((base) => ({ 10: '', 8: '0', 16: '0x' })[base] + value.toString(base))

/** All that the URL parser, as in browsers, takes for one address: `127.1`, `0177.0.0.1`, `0x7f000001`, `::ffff:7f00:1` … */
function spelled({ bits, value }: Address): fc.Arbitrary<string> {
  if (bits === 128) {
    const full = groups(value)
    const embedded = `${full.slice(0, 6).join(':')}:${dotted(value & 0xffff_ffffn)}`
    const padded = full.map((group) => group.padStart(4, '0')).join(':')
    return fc
      .constantFrom(full.join(':'), padded, embedded, full.join(':').toUpperCase())
      .map((text) => `[${text}]`)
  }
  return fc
    .integer({ min: 1, max: 4 })
    .chain((parts) => {
      const heads = Array.from({ length: parts - 1 }, (_, i) => (value >> BigInt(24 - 8 * i)) & 255n)
      const last = value & ((1n << BigInt(32 - 8 * (parts - 1))) - 1n)
      return fc.tuple(...[...heads, last].map(number))
    })
    .chain((parts) => fc.constantFrom('', '.').map((dot) => parts.join('.') + dot))
}

interface Network {
  readonly address: Address
  readonly length: number
}

const network: fc.Arbitrary<Network> = address.chain((one) =>
  fc
    .integer({ min: 0, max: one.bits })
    .map((length) => ({ address: canonical(one), length: Math.min(length, canonical(one).bits) })),
)

const textOfNetwork = ({ address: one, length }: Network) => `${textOf(one)}/${length}`

function contains({ address: { bits, value }, length }: Network, one: Address): boolean {
  const { bits: width, value: candidate } = canonical(one)
  if (width !== bits) return false
  const rest = BigInt(bits - length)
  return candidate >> rest === value >> rest
}

const port = fc.integer({ min: 1, max: 65535 })

const settings = (more: Partial<EgressSettings>): EgressSettings => ({
  allowHosts: [],
  forward: [],
  trusted: [],
  ...more,
})

const written = fc.record({
  scheme: fc.constantFrom('http', 'HTTPS'),
  user: fc.constantFrom('', 'user@', 'localhost:1@'),
  path: fc.constantFrom('', '/', '/a/../b?c#d', '/@127.0.0.1/'),
  port,
})

describe('an address, however it is written', () => {
  const input = fc.tuple(
    address.chain((one) => fc.tuple(fc.constant(one), spelled(one))),
    written,
    fc.array(network, { maxLength: 3 }),
  )

  it('may be reached if it is loopback or in an allowed network', () => {
    fc.assert(
      fc.property(input, ([[one, host], { scheme, user, path, port: at }, networks]) => {
        const url = new URL(`${scheme}://${user}${host}:${at}${path}`)
        const egress = createEgress(settings({ allowHosts: networks.map(textOfNetwork) }), () => {
          throw new Error('an address was looked up')
        })
        const isOpen = isLoopback(one) || networks.some((allowed) => contains(allowed, one))
        expect(egress.route(url).kind).toBe(isOpen ? 'open' : 'blocked')
        expect(egress.allows(url)).toBe(isOpen)
      }),
    )
  })

  it('is not the mock’s own, whatever is allowed', () => {
    fc.assert(
      fc.property(input, ([[, host], { scheme, user, path, port: at }]) => {
        const url = new URL(`${scheme}://${user}${host}:${at}${path}`)
        const own = url.hostname.replace(/\.$/, '')
        const isOwn = (candidate: string, there: number) => there === at && inUrl(candidate) === own
        const egress = createEgress(settings({ allowHosts: ['0.0.0.0/0', '::/0'], isOwn }))
        expect(egress.route(url)).toMatchObject({
          kind: 'blocked',
          hint: 'register the URL of your receiver',
        })
        const elsewhere = new URL(url)
        elsewhere.port = String((at % 65535) + 1)
        expect(egress.route(elsewhere).kind).toBe('open')
      }),
    )
  })
})

describe('a name', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}\.(test|example|localhost\.test)\.?$/)
  const input = fc.record({
    name,
    found: fc.array(address, { maxLength: 5 }),
    networks: fc.array(network, { maxLength: 3 }),
    isAllowed: fc.boolean(),
    all: fc.boolean(),
  })

  it('leads only to addresses that may be reached, and is looked up only where it may', async () => {
    await fc.assert(
      fc.asyncProperty(input, async ({ name, found, networks, isAllowed, all }) => {
        const asked: string[] = []
        const resolve: Resolve = async (one) => {
          asked.push(one)
          return found.map((one) => ({ address: textOf(one), family: one.bits === 32 ? 4 : 6 }))
        }
        const url = new URL(`http://${name}/`)
        const plain = name.replace(/\.$/, '')
        const allowHosts = [...networks.map(textOfNetwork), ...(isAllowed ? [plain] : [])]
        const egress = createEgress(settings({ allowHosts }), resolve)
        const given = await new Promise<readonly string[] | Error>((done) =>
          egress.lookup(url)(name, { all }, (error, one) =>
            done(error ?? (typeof one === 'string' ? [one] : one.map((each) => each.address))),
          ),
        )
        const reachable = found
          .filter((one) => isAllowed || isLoopback(one) || networks.some((allowed) => contains(allowed, one)))
          .map(textOf)
        const mayAsk = isAllowed || networks.length > 0
        expect(asked).toEqual(mayAsk ? [plain] : [])
        expect(egress.route(url).kind).toBe(mayAsk ? 'open' : 'blocked')
        if (!mayAsk || reachable.length === 0) expect(given).toBeInstanceOf(Error)
        else expect(given).toEqual(all ? reachable : reachable.slice(0, 1))
      }),
    )
  })
})

describe('a connection', () => {
  const reached: (string | undefined)[] = []
  const server = createServer((request, response) => {
    reached.push(request.socket.localAddress)
    response.end()
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve)))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('goes to the address that was checked', async () => {
    const loopback = fc.bigInt({ min: 0x7f00_0001n, max: 0x7fff_fffen }).chain((value) => {
      const one: Address = { bits: 32, value }
      return fc
        .oneof(spelled(one), fc.constant(`[::ffff:${dotted(value)}]`))
        .map((host) => [dotted(value), host] as const)
    })
    await fc.assert(
      fc.asyncProperty(loopback, async ([expected, host]) => {
        const sender = createHttpSender(createEgress(settings({})))
        const url = new URL(`http://${host}:${(server.address() as AddressInfo).port}/`)
        const body = Buffer.from('{}')
        const outcome = await sender.send({ url, method: 'POST', headers: [], body, timeoutMs: 5_000 })
        await sender.close()
        expect(outcome).toMatchObject({ kind: 'responded', status: 200 })
        expect(reached.at(-1)).toBe(expected)
      }),
      { numRuns: 25 },
    )
  })
})
