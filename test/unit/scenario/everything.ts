/** A scenario with every step, every expectation and something of everything that a file can say. */
export const EVERYTHING = `version: 1
name: everything
description: more about it
providers: [tsanet, beel]
clock: virtual
seed: s
vars: { n: 3, home: $here/x, deep: { a: [$env.HOME] } }
webhooks:
  app: { url: $receiver, fields: { eventTypes: [note.created] }, secret: s3cret, account: default, provider: tsanet }
  bills: { url: $receiver.origin/bills, provider: beel }
receiver: { respond: [503, timeout, 'slow:2s', '429:5s', 200] }
faults:
  api:
    - { on: { provider: beel, operation: listWebhookSubscriptions, nth: [1, 2] }, do: [503, { status: 429, headers: { Retry-After: '2' } }, pass], then: cycle }
    - { do: { latency: { median: 80ms, sigma: 0.4, max: 2s } }, probability: 0.1 }
  delivery:
    - { on: { event: note.created, webhook: app, attempt: 3 }, do: duplicate, with: { copies: 2 }, times: 1, key: webhook }
    - { on: { event: note.created }, do: [drop, { truncate: 0.2 }, pass], then: repeat-last }
  receiver:
    - { do: { slow: 1s } }
steps:
  - { trigger: { event: note.created, payload: { noteToken: $n, gone: null }, count: 2 }, as: note }
  - { trigger: note.created, title: another one }
  - advance: 6m10s
  - advance: next
  - settle
  - settle: 5s
  - { call: { operation: listWebhookSubscriptions, query: { a: 1 }, headers: { X: y }, timeout: 1s }, expect: { status: 2xx, headers: { A: /b/ }, body: { a: [1] } }, capture: { token: /a/0, s: status, h: header/x }, as: list }
  - { request: { url: $receiver.origin/x, method: POST, body: { a: $token } }, expect: { error: /refused/ } }
  - { exec: { command: [node, $home], env: { A: b }, cwd: /, timeout: 1s, background: true } }
  - { exec: 'echo $$HOME', expect: { exit: 0, stdout: /a/, stderr: '' }, as: ran }
  - { register: { name: second, url: $receiver, fields: {}, provider: beel }, expect: { status: 201 }, capture: { key: /id } }
  - rotate: app
  - disable: second
  - enable: second
  - resend: { of: note, to: app }
  - delete: second
  - restart
  - { fault: { plane: delivery, on: { webhook: app, event: $note.event }, do: { wrong-secret: { secret: $app.secret } } }, as: outage }
  - clear: outage
  - clear: all
  - { observe: { url: $receiver.origin/x, expect: { status: 200 }, within: 5s, every: 50ms } }
  - { observe: { command: ls, expect: { exit: 0 } }, as: seen }
  - { wait: { received: { of: note, count: { min: 1, max: 2 } }, within: 1s } }
  - { expect: { delivery: { of: note, to: app, status: succeeded, attempts: 3, delays: [0s, 10s], codes: [503, timed-out, 2xx], reason: /a/, faults: [drop], count: 1 } } }
  - { expect: { received: { of: note, to: app, order: [note], signature: valid, secret: $secret.app, body: { a: 1 }, headers: { a: b } } } }
  - { expect: { received: 2 } }
  - { expect: { requests: { operation: listWebhookSubscriptions, status: 200, statuses: [503, 200], count: 2, apart: 1s, provider: tsanet, account: default } } }
  - { expect: { violations: { by: client, rule: x, count: 0 } } }
  - { expect: { answer: { of: list, status: 200 } } }
  - { expect: { webhook: { name: app, enabled: true, deleted: false } } }
`
