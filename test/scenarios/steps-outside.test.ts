import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { isAlive } from '../support/is-alive.ts'
import { runSteps, SLOW, wrong } from '../support/run-steps.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('request', SLOW, () => {
  it('asks any URL', async () => {
    const url = await serve((request, response) => {
      response.writeHead(201, { 'X-Method': request.method ?? '' })
      request.pipe(response)
    })
    const result = await runSteps(`
      - { request: { url: "${url}/a", body: { of: [1] } }, expect: { status: 201, headers: { x-method: POST }, body: { of: [1] } }, as: made }
      - { request: { url: "${url}/b", method: put, body: "as it is" }, expect: { headers: { x-method: PUT }, body: as it is } }
      - { request: { url: "$receiver", method: POST, body: { of: $made.body.of } }, expect: { status: 200 } }
      - { expect: { received: { count: 1, body: { of: [1] } } } }
    `)
    expect(wrong(result)).toBeNull()
  })

  it('fails at once where a pattern would have to be tried for centuries', async () => {
    const url = await serve((_request, response) => response.end(`${'a'.repeat(1_000_000)}!`))
    expect(
      wrong(await runSteps(`- { request: { url: "${url}/" }, expect: { body: "/^(a+)+$/" } }`)),
    ).toMatchObject({
      step: '1 failed',
      says: [expect.stringMatching(/^body: expected \/\^\(a\+\)\+\$\/, got aaa/)],
    })
    expect(
      wrong(
        await runSteps(
          `- { observe: { url: "${url}/", expect: { body: "/^(a|a)*$/" }, within: 300ms, every: 100ms } }`,
        ),
      ),
    ).toMatchObject({ step: '1 failed' })
  })

  it('fails where nobody listens, and is broken where it cannot be sent', async () => {
    expect(wrong(await runSteps('- { request: { url: "http://127.0.0.1:1/" } }'))).toEqual({
      step: '1 failed',
      says: ['answer: expected one, got connection refused'],
    })
    expect(wrong(await runSteps('- { request: { url: /orders } }'))).toEqual({
      step: '1 broken',
      error:
        'Failed to ask "/orders": it is no http or https URL. Write it as http://127.0.0.1:3000/orders, or begin with $receiver.origin.',
      exitCode: 2,
    })
    expect(wrong(await runSteps('- { request: { url: "$receiver", method: "B AD" } }'))).toMatchObject({
      step: '1 broken',
      exitCode: 2,
      error: expect.stringMatching(/^Failed to ask B AD http:.*\. Correct the method and the headers\.$/),
    })
  })
})

describe('exec', SLOW, () => {
  it('runs a command that knows the mock and the receiver', async () => {
    const result = await runSteps(
      `
      - { exec: { command: 'echo "$$HOOKPROOF_URL $$HOOKPROOF_TSANET_URL $$RECEIVER_URL $$OWN $$FROM"', env: { OWN: $note } }, expect: { stdout: "$mock $mock.tsanet $receiver n-1 outside" }, as: said }
      - { exec: [node, -e, "console.error('no'); process.exit(3)"], expect: { exit: 3, stderr: /^no$/ } }
      - { exec: { command: "pwd", cwd: / }, expect: { stdout: / } }
      - { exec: 'test "$said.body.exit" = 0' }
    `,
      { more: 'vars: { note: n-1 }', env: { ...process.env, FROM: 'outside' } },
    )
    expect(wrong(result)).toBeNull()
  })

  it('fails with the last words of a command that did something else', async () => {
    expect(wrong(await runSteps(`- { exec: "echo all is lost >&2; exit 4" }`))).toEqual({
      step: '1 failed',
      says: ['exit: expected 0, got 4, saying: all is lost'],
    })
    expect(wrong(await runSteps(`- { exec: "echo yes", expect: { stdout: "no" } }`))).toEqual({
      step: '1 failed',
      says: ['stdout: expected no, got yes'],
    })
    expect(wrong(await runSteps(`- { exec: "kill -TERM $$$$" }`))).toEqual({
      step: '1 failed',
      says: ['exit: expected 0, got 143'],
    })
  })

  it('ends one that takes too long, with everything that it started', async () => {
    const result = await runSteps(
      `- { exec: { command: "sleep 61 & echo $$!; wait", timeout: 200ms }, as: slow }`,
    )
    const [says = ''] = wrong(result)?.says ?? []
    expect(says).toMatch(
      /^command: expected its end within 200ms, got still running, so it was ended, saying: \d+$/,
    )
    expect(isAlive(Number(/\d+$/.exec(says)?.[0]))).toBe(false)
  })

  it('does not wait for what a command left behind, and ends it', async () => {
    const result = await runSteps(`
      - { exec: "sleep 61 & echo $$!", as: left }
      - { exec: "echo $left.body.stdout" , expect: { stdout: none } }
    `)
    const pid = Number(/got (\d+)$/.exec(wrong(result)?.says?.[0] ?? '')?.[1])
    expect(pid).toBeGreaterThan(1)
    expect(isAlive(pid)).toBe(false)
    expect(result.durationMs).toBeLessThan(10_000)
  })

  it('goes on in the background until the scenario is over', async () => {
    const port = Number(new URL(await serve(() => {})).port)
    servers.splice(0)[0]?.close()
    const code = `require('http').createServer((q, r) => r.end(String(process.pid))).listen(${port}, '127.0.0.1')`
    const result = await runSteps(`
      - { exec: { command: [node, -e, "${code}"], background: true } }
      - { observe: { url: "http://127.0.0.1:${port}", expect: { status: 200 }, within: 10s }, as: server }
      - { exec: "kill -0 $server.body" }
      - { request: { url: "http://127.0.0.1:${port}" }, expect: { body: { min: 1e9 } } }
    `)
    const pid = Number(/got (\d+)$/.exec(wrong(result)?.says?.[0] ?? '')?.[1])
    expect(pid).toBeGreaterThan(1)
    expect(isAlive(pid)).toBe(false)
  })

  it('is broken where there is no such command', async () => {
    expect(wrong(await runSteps('- { exec: [no-such-command-here] }'))).toEqual({
      step: '1 broken',
      error:
        'Failed to start "no-such-command-here": there is no such command. Check the command, and from which folder it runs.',
      exitCode: 3,
    })
    expect(wrong(await runSteps('- { exec: [""] }'))).toMatchObject({ step: '1 broken', exitCode: 3 })
  })
})

describe('observe', SLOW, () => {
  it('looks at a URL or runs a command until it is as expected', async () => {
    let asked = 0
    const url = await serve((_request, response) => response.end(JSON.stringify({ asked: ++asked })))
    const result = await runSteps(`
      - { observe: { url: "${url}", expect: { body: { asked: { min: 3 } } }, every: 10ms }, as: seen }
      - { observe: { command: "curl -s ${url}", expect: { stdout: /"asked":([6-9]|\\d\\d)/ }, every: 10ms } }
      - { request: { url: "${url}/$seen.body.asked" } }
    `)
    expect(wrong(result)).toBeNull()
  })

  it('fails when the time is over', async () => {
    const url = await serve((_request, response) => response.writeHead(404).end())
    expect(
      wrong(
        await runSteps(
          `- { observe: { url: "${url}", expect: { status: 200 }, within: 80ms, every: 10ms } }`,
        ),
      ),
    ).toEqual({ step: '1 failed', says: ['status after 80ms: expected 200, got 404'] })
    expect(
      wrong(
        await runSteps(
          `- { observe: { command: "exit 1", expect: { exit: 0 }, within: 80ms, every: 10ms } }`,
        ),
      ),
    ).toEqual({ step: '1 failed', says: ['exit after 80ms: expected 0, got 1'] })
  })
})
