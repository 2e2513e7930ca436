import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { control } from '../support/control.ts'
import { drive } from '../support/drive.ts'
import { startHookproof } from '../support/hookproof.ts'
import { PEER_ROUTE, PEERS, type Peer, type PeerFiles, writePeerFiles } from '../support/peers.ts'
import { type Server, startServer } from '../support/processes.ts'
import { row } from '../support/rows.ts'
import { PROVIDER } from '../support/seeded.ts'
import type { Measurement, Row, Setting } from '../support/setting.ts'

const LIST = `/${PROVIDER}/v1/webhooks`
const HEADERS = { Authorization: `Bearer ${PROVIDER}_test` }

/** Start-up and reading a list, beside other mock servers that answer the same JSON. */
export const peers: Measurement = async (setting) => {
  const { peers: folder, note } = setting
  if (folder === null) {
    note('  skipped: name the folder in which peers are installed with --peers')
    return []
  }
  const files = await peerFiles(setting)
  const rows: Row[] = []
  for (const peer of PEERS) {
    const bin = join(folder, 'node_modules', '.bin', peer.bin)
    if (existsSync(bin)) rows.push(...(await beside(setting, peer, bin, files)))
    else note(`  skipped ${peer.name}: there is no ${bin}`)
  }
  return rows
}

async function beside(setting: Setting, peer: Peer, bin: string, files: PeerFiles): Promise<readonly Row[]> {
  const starts = { ours: [] as number[], theirs: [] as number[] }
  const rates = { ours: [] as number[], theirs: [] as number[] }
  const startPeer = () =>
    startServer((port) => [bin, ...peer.args(port, files)], PEER_ROUTE, { cwd: files.mappings })
  for (let i = 0; i < setting.rounds; i++) {
    {
      await using theirs = await startPeer()
      starts.theirs.push(theirs.startedInMs)
      rates.theirs.push(await getRate(theirs, PEER_ROUTE, {}, setting.quick))
    }
    await using ours = await startHookproof(setting, null)
    starts.ours.push(ours.startedInMs)
    await control(ours.origin, '/webhooks', { provider: PROVIDER, url: 'http://127.0.0.1:9/in' })
    rates.ours.push(await getRate(ours, LIST, HEADERS, setting.quick))
  }
  const { name } = peer
  return [
    row({
      name: `start, beside ${name}`,
      unit: 'ms',
      ours: starts.ours,
      bare: { what: name, values: starts.theirs },
      goal: { of: 'ratio', atMost: 1 },
    }),
    row({
      name: `GET of a list, beside ${name}`,
      unit: 'per s',
      ours: rates.ours,
      bare: { what: name, values: rates.theirs },
      goal: { of: 'ratio', atLeast: 1 },
    }),
  ]
}

async function getRate(
  server: Server,
  path: string,
  headers: Readonly<Record<string, string>>,
  quick: boolean,
): Promise<number> {
  const get = { method: 'GET', path, headers } as const
  const calls = quick ? 50 : 4_000
  return (await drive(server.origin, calls, async (call) => void (await call(get)))).perSecond
}

async function peerFiles(setting: Setting): Promise<PeerFiles> {
  await using ours = await startHookproof(setting, null)
  await control(ours.origin, '/webhooks', { provider: PROVIDER, url: 'http://127.0.0.1:9/in' })
  const answer = await fetch(`${ours.origin}${LIST}`, { headers: HEADERS })
  return writePeerFiles(await setting.scratch.folder(), await answer.json())
}
