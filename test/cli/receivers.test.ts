import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { runCli } from '../../src/cli/program.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { fakeIo, run } from '../unit/cli/fake-io.ts'
import { type CommandProcess, finished, hookproof } from './command-process.ts'

const started: CommandProcess[] = []
afterEach(async () => {
  for (const { child, exit } of started.splice(0)) {
    child.kill('SIGKILL')
    await exit
  }
})

async function listen(args: readonly string[]): Promise<{ process: CommandProcess; url: string }> {
  const process = hookproof(['listen', '--port', '0', ...args])
  started.push(process)
  const line = await process.line(/http:\/\//)
  return { process, url: /http:\/\/[^\s"]+/.exec(line)?.[0] ?? '' }
}

describe('hookproof listen and trigger --to', () => {
  it('prints what arrives with its signature, and answers as configured', async () => {
    const { process, url } = await listen([
      '--path',
      '/hooks',
      '--provider',
      'tsanet',
      '--secret',
      's3cr3t',
      '--respond',
      '503,200',
    ])
    const trigger = (secret: string) =>
      finished(['trigger', 'tsanet', 'note.created', '--to', url, '--secret', secret])
    const first = await trigger('s3cr3t')
    expect(first).toMatchObject({ code: 1, err: '' })
    expect(first.out).toMatch(
      /^--> {2}note\.created \[\S+\]\n {5}POST http:\S+\/hooks\n[\s\S]*X-Hub-Signature-256: sha256=[0-9a-f]{64}\n[\s\S]*\n<-- {2}\[503\] \(\d+ms\)/,
    )
    const second = await trigger('another')
    expect(second.code).toBe(0)
    await process.line(/\[200\]/)
    const lines = process.out().map((line) => line.replace(/^\d\d:\d\d:\d\d/, 'TIME').trim())
    expect(lines.filter((line) => /-->|<--|signature/.test(line))).toEqual([
      'TIME  -->  POST /hooks  note.created',
      'signature ok',
      'TIME  <--  [503]',
      'TIME  -->  POST /hooks  note.created',
      expect.stringMatching(/^signature invalid \(mismatch\): ./),
      'TIME  <--  [200]',
    ])
    process.child.kill('SIGTERM')
    expect(await process.exit).toBe(0)
  })

  it('recognises event and id of every shipped provider, and accepts its signature', async () => {
    const providers = (await run(['providers', '--format', 'json'])).out
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(providers.length).toBeGreaterThan(0)
    for (const { id, events } of providers) {
      const secret = ['--secret', 'whsec_0123456789abcdef', '--format', 'json']
      const io = fakeIo()
      const listening = runCli(['listen', '--port', '0', '--provider', id, ...secret], io)
      await expect.poll(() => io.stdout.length).toBe(1)
      const { url } = JSON.parse(io.stdout[0] ?? '')
      for (const type of events) {
        const sent = await run(['trigger', id, type, '--to', url, ...secret])
        const { event } = JSON.parse(sent.out)
        const received = JSON.parse(io.stdout.at(-1) ?? '')
        expect(received, id).toMatchObject({ event: { type }, complete: true, answer: '200' })
        expect([event.id, null]).toContain(received.event.id)
        if (received.signature !== null) expect(received.signature, id).toEqual({ ok: true })
      }
      io.signal()
      expect(await listening).toBe(0)
    }
  })

  it('adds and replaces headers, leaves fields out, and tells apart what failed', async () => {
    await using receiver = await startReceiver()
    const to = ['--to', receiver.url, '--secret', 's']
    const flags = [
      '--header',
      'User-Agent: mine',
      '--header',
      'X-More: 1',
      '--remove',
      'noteToken',
      '--override',
      'requestToken=r-1',
    ]
    expect((await run(['trigger', 'tsanet', 'note.created', ...to, ...flags])).err).toMatch(
      /^Failed to trigger note\.created: The body breaks the contract of note\.created: body\/noteToken .* Send it all the same with --raw\.$/,
    )
    expect((await run(['trigger', 'tsanet', 'note.created', ...to, ...flags, '--raw'])).code).toBe(0)
    const [delivery] = receiver.received
    expect(delivery?.headers).toContainEqual(['User-Agent', 'mine'])
    expect(delivery?.headers).toContainEqual(['X-More', '1'])
    const body = JSON.parse(delivery?.body.toString() ?? '')
    expect(body).toMatchObject({ requestToken: 'r-1' })
    expect(body).not.toHaveProperty('noteToken')
    expect(
      (await run(['trigger', 'tsanet', 'note.created', '--to', 'http://127.0.0.1:1', '--secret', 's'])).code,
    ).toBe(3)
    expect(await run(['trigger', 'tsanet', 'note.created', '--to', receiver.url])).toEqual({
      code: 2,
      out: '',
      err: 'Failed to sign note.created: tsanet signs its deliveries, and there is no secret. Add --secret.',
    })
  })

  it('writes curl commands that send the same bytes and headers again', async () => {
    const { curlCommand } = await import('../../src/report/request.ts')
    await using receiver = await startReceiver()
    const headers = [
      ['Content-Type', 'application/json'],
      ['X-Quote', `it's "here"`],
    ] as const
    const body = `{"a":"it's é $HOME \`x\` \\\\n"}`
    for (const [text, bodyEncoding] of [
      [body, 'utf8'],
      ['@/etc/hostname', 'utf8'],
      ['/wAKDQ==', 'base64'],
    ] as const) {
      const request = {
        method: 'POST',
        url: 'https://example.be/',
        sentTo: `${receiver.url}/hooks`,
        headers: [['Host', 'example.be'] as const, ...headers],
        body: text,
        bodyEncoding,
      }
      await promisify(execFile)('sh', [
        '-c',
        curlCommand({ request } as unknown as Parameters<typeof curlCommand>[0]),
      ])
      const got = receiver.received.at(-1)
      expect(got?.body.equals(Buffer.from(text, bodyEncoding))).toBe(true)
      expect(got?.headers).toEqual([
        ['Host', 'example.be'],
        ...headers,
        ['Content-Length', String(Buffer.from(text, bodyEncoding).length)],
      ])
    }
  })
})
