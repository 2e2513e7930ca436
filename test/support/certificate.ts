import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'

export interface Certificate {
  /** PEM. */
  readonly file: string
  readonly cert: string
  readonly key: string
}

/** A certificate that nobody signed but itself, for one name. */
export function selfSigned(name: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'hookproof-tls-'))
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', keyFile, '-out', file, ...subject], {
    stdio: 'ignore',
  })
  return { file, cert: readFileSync(file, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}

export interface SecureReceiver {
  readonly port: number
  /** Bodies that arrived. */
  readonly received: readonly string[]
  connections(): number
  close(): Promise<void>
}

/** Answers 200 to everything, over TLS on 127.0.0.1. */
export async function startSecureReceiver({ cert, key }: Certificate): Promise<SecureReceiver> {
  const received: string[] = []
  const sockets = new Set<Duplex>()
  let connections = 0
  const server = createServer({ cert, key }, (request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      received.push(body)
      response.end()
    })
  })
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    received,
    connections: () => connections,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
