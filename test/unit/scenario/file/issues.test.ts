import { describe, expect, it } from 'vitest'
import { problemsOf } from '../written-scenario.ts'

const HEAD = 'version: 1\nname: n\nprovider: tsanet\n'
const BEFORE = `${HEAD}webhooks: { app: { url: $receiver } }
steps:
  - { trigger: note.created, as: note }
  - { call: listWebhookSubscriptions, as: list }
  - { fault: { plane: receiver, do: 503 }, as: outage }
`

const STEPS: readonly (readonly [step: string, problems: readonly string[]])[] = [
  [
    'trigger: note.creted',
    ['9:5 #/steps/3/trigger: tsanet has no event "note.creted". Did you mean "note.created"?'],
  ],
  [
    'trigger: { event: note.created, raw: true, payload: { a: [9007199254740993, 1.50, .inf, +9007199254740993] } }',
    [
      '9:63 #/steps/3/trigger/payload/a/0: the number 9007199254740993 would become 9007199254740992. Write a string. To send these very digits, sign the bytes of a body with "hookproof sign".',
      '9:81 #/steps/3/trigger/payload/a/1: the number 1.50 would become 1.5. Write 1.5, or "1.50" for a string.',
      '9:87 #/steps/3/trigger/payload/a/2: the number .inf would become null. Write a string. To send these very digits, sign the bytes of a body with "hookproof sign".',
      '9:93 #/steps/3/trigger/payload/a/3: the number +9007199254740993 would become 9007199254740992. Write a string. To send these very digits, sign the bytes of a body with "hookproof sign".',
    ],
  ],
  [
    'expect: { received: { body: { a: 9007199254740993 } } }',
    [
      '9:35 #/steps/3/expect/received/body/a: the number 9007199254740993 would become 9007199254740992. Write a string. To send these very digits, sign the bytes of a body with "hookproof sign".',
    ],
  ],
  ['expect: { received: { body: { a: 1.50, b: { min: 1.0 } } } }', []],
  ['trigger: { event: note.created, raw: true, payload: { a: [1.5, "0x1F", "1.0", -7, 1e-7] } }', []],
  [
    'trigger: { event: note.created, raw: true, payload: { enterprise: 0403170701, hex: 0x1F } }',
    [
      '9:59 #/steps/3/trigger/payload/enterprise: the number 0403170701 would become 403170701. Write 403170701, or "0403170701" for a string.',
      '9:83 #/steps/3/trigger/payload/hex: the number 0x1F would become 31. Write 31, or "0x1F" for a string.',
    ],
  ],
  [
    'call: { operation: listWebhookSubscriptions, query: { limit: 010 }, headers: { X-Key: 007 } }',
    [
      '9:59 #/steps/3/call/query/limit: the number 010 would become 10. Write 10, or "010" for a string.',
      '9:84 #/steps/3/call/headers/X-Key: the number 007 would become 7. Write 7, or "007" for a string.',
    ],
  ],
  [
    'fault: { plane: delivery, do: alter-after-signing, with: { set: { a: +5 } } }',
    ['9:71 #/steps/3/fault/with/set/a: the number +5 would become 5. Write 5, or "+5" for a string.'],
  ],
  ['fault: { plane: delivery, do: duplicate, probability: .5 }', []],
  ['{ triger: note.created, as: x }', ['9:7 #/steps/3/triger: "triger" is no step. Did you mean "trigger"?']],
  [
    '{ trgger: note.created, expect: { status: 200 } }',
    ['9:7 #/steps/3/trgger: "trgger" is no step. Did you mean "trigger"?'],
  ],
  ['advance: nxt', ['9:5 #/steps/3/advance: "nxt" is not one of the allowed values. Did you mean "next"?']],
  [
    'advance: 5 minutes',
    ['9:5 #/steps/3/advance: "5 minutes" is not a duration such as 250ms, 10s or 6m10s, next or settled.'],
  ],
  ['advance: 40000d', ['9:5 #/steps/3/advance: that is longer than 36500d.']],
  ['settle: 5', ['9:5 #/steps/3/settle: 5 is not null or a duration such as 250ms, 10s or 6m10s.']],
  ['settle: 2d', ['9:5 #/steps/3/settle: that is longer than 1d.']],
  ['restrt', ['9:5 #/steps/3: "restrt" is no step without a value. Did you mean "restart"?']],
  ['advance', ['9:5 #/steps/3: "advance" is no step without a value. Write it as "advance: …".']],
  [
    '{ trigger: note.created, expect: { status: 200 } }',
    ['9:30 #/steps/3/expect: "trigger" has no answer to expect from. Write a step of its own: - expect: …'],
  ],
  [
    '{ observe: { url: $receiver, expect: {} }, expect: {} }',
    [
      '9:48 #/steps/3/expect: "observe" has no answer to expect from. It stands within: observe: {url: …, expect: …}.',
    ],
  ],
  [
    '{ exec: ls, capture: { a: /x } }',
    [
      '9:17 #/steps/3/capture: "exec" has no answer to capture from. Name the step, as: run, and say $run.body.stdout.',
    ],
  ],
  ['observe: { url: $receiver }', ['9:5 #/steps/3/observe: "observe" lacks the field "expect".']],
  [
    'observe: { expect: { status: 200 } }',
    ['9:5 #/steps/3/observe: it lacks "url" or "command". Look at one of the two.'],
  ],
  [
    'observe: { url: a, command: b, expect: {} }',
    ['9:5 #/steps/3/observe: it has "url" and "command". Look at one of the two.'],
  ],
  [
    'observe: { url: $receiver, expect: { exit: 0 } }',
    ['9:42 #/steps/3/observe/expect/exit: only a command has "exit".'],
  ],
  [
    'observe: { command: ls, expect: { exit: x } }',
    ['9:39 #/steps/3/observe/expect/exit: "x" is not an integer, {min, max}, a $name or a /pattern/.'],
  ],
  [
    "observe: { command: ls, expect: { stdout: '/*/' } }",
    ['9:39 #/steps/3/observe/expect/stdout: /*/ is no regular expression: nothing to repeat.'],
  ],
  [
    'observe: { url: x, expect: { stats: 200 } }',
    ['9:34 #/steps/3/observe/expect/stats: "stats" is no known field here. Did you mean "status"?'],
  ],
  [
    'wait: { within: 5s }',
    [
      '9:5 #/steps/3/wait: it does not say what is expected. Known are: delivery, received, requests, violations, answer, webhook.',
    ],
  ],
  [
    'wait: { received: 1, delivery: {}, within: 5s }',
    [
      '9:26 #/steps/3/wait/delivery: one thing is expected at a time, and here are "received" and "delivery". Write two steps.',
    ],
  ],
  [
    'expect: { received: 1, delivery: {} }',
    [
      '9:28 #/steps/3/expect/delivery: one thing is expected at a time, and here are "received" and "delivery". Write two steps.',
    ],
  ],
  [
    'expect: {}',
    [
      '9:5 #/steps/3/expect: it does not say what is expected. Known are: delivery, received, requests, violations, answer, webhook.',
    ],
  ],
  [
    'expect: { delivry: {} }',
    ['9:15 #/steps/3/expect/delivry: "delivry" is no known field here. Did you mean "delivery"?'],
  ],
  [
    'expect: { status: 200 }',
    [
      '9:15 #/steps/3/expect/status: "status" is no known field here. Known are: answer, delivery, received, requests, violations, webhook.',
    ],
  ],
  [
    'expect: { delivery: { status: succeded } }',
    [
      '9:27 #/steps/3/expect/delivery/status: "succeded" is not one of the allowed values. Did you mean "succeeded"?',
    ],
  ],
  [
    'expect: { delivery: { codes: [timeout] } }',
    [
      '9:35 #/steps/3/expect/delivery/codes/0: "timeout" is not one of the allowed values. Did you mean "timed-out"?',
    ],
  ],
  [
    'expect: { delivery: { attempts: two } }',
    [
      '9:27 #/steps/3/expect/delivery/attempts: "two" is not an integer ≥ 0, {min, max}, a $name or a /pattern/.',
    ],
  ],
  [
    'expect: { delivery: { count: { atleast: 3 } } }',
    ['9:36 #/steps/3/expect/delivery/count/atleast: "atleast" is no known field here. Known are: max, min.'],
  ],
  [
    'expect: { delivery: { delays: [5] } }',
    ['9:36 #/steps/3/expect/delivery/delays/0: 5 is not a duration such as 250ms, 10s or 6m10s.'],
  ],
  [
    'expect: { delivery: { faults: [duplicat] } }',
    [
      '9:36 #/steps/3/expect/delivery/faults/0: "duplicat" is not one of the allowed values. Did you mean "duplicate"?',
    ],
  ],
  [
    "expect: { delivery: { reason: '/(/' } }",
    ['9:27 #/steps/3/expect/delivery/reason: /(/ is no regular expression: unterminated group.'],
  ],
  [
    'expect: { received: { body: { a: /inv/g, b: /hooks/app, c: /v/y } } }',
    [
      '9:35 #/steps/3/expect/received/body/a: /inv/g has the flag g, which is not supported. The flags are i, m, s and u; for this very text, write it as a pattern: /^\\/inv\\/g$/.',
      '9:61 #/steps/3/expect/received/body/c: /v/y has the flag y, which is not supported. The flags are i, m, s and u; for this very text, write it as a pattern: /^\\/v\\/y$/.',
    ],
  ],
  [
    "expect: { delivery: { reason: '/a(?!b)/' } }",
    [
      '9:27 #/steps/3/expect/delivery/reason: /a(?!b)/ cannot be matched in linear time: it looks ahead with (?!…). Match the text itself instead.',
    ],
  ],
  [
    'expect: { delivery: { of: nte } }',
    ['9:27 #/steps/3/expect/delivery/of: nothing before this is the event "nte". Did you mean "note"?'],
  ],
  [
    'expect: { delivery: { of: note, to: ap } }',
    ['9:37 #/steps/3/expect/delivery/to: nothing before this is the webhook "ap". Did you mean "app"?'],
  ],
  [
    'expect: { received: { order: [note, noot] } }',
    ['9:41 #/steps/3/expect/received/order/1: nothing before this is the event "noot". Did you mean "note"?'],
  ],
  [
    'expect: { received: { signature: ok } }',
    [
      '9:27 #/steps/3/expect/received/signature: "ok" is not one of the allowed values. Known are: invalid, missing, valid.',
    ],
  ],
  [
    'expect: { answer: { of: note } }',
    ['9:25 #/steps/3/expect/answer/of: nothing before this is the answer "note". Known are: list.'],
  ],
  [
    'expect: { webhook: { name: note } }',
    ['9:26 #/steps/3/expect/webhook/name: nothing before this is the webhook "note". Known are: app.'],
  ],
  [
    'expect: { requests: { operation: listWebhookSubscription } }',
    [
      '9:27 #/steps/3/expect/requests/operation: tsanet has no operation "listWebhookSubscription". Did you mean "listWebhookSubscriptions"?',
    ],
  ],
  [
    'expect: { requests: { provider: beel } }',
    [
      '9:27 #/steps/3/expect/requests/provider: the scenario has no provider "beel". Known are: tsanet. Those that take part stand under "providers".',
    ],
  ],
  [
    'expect: { violations: { by: clent } }',
    ['9:29 #/steps/3/expect/violations/by: "clent" is not one of the allowed values. Did you mean "client"?'],
  ],
  [
    'expect: { violations: { account: others } }',
    ['9:29 #/steps/3/expect/violations/account: there is no account "others". Did you mean "other"?'],
  ],
  [
    '{ call: listWebhookSubscriptions, expect: { status: ok } }',
    [
      '9:49 #/steps/3/expect/status: "ok" is not a status, a class such as 2xx, {min, max}, a $name or a /pattern/.',
    ],
  ],
  [
    '{ call: listWebhookSubscriptions, capture: { x: body.id } }',
    ['9:50 #/steps/3/capture/x: "body.id" is not status, header/<name>, or a JSON pointer such as /data/id.'],
  ],
  [
    "{ call: listWebhookSubscriptions, expect: { body: { a: '/[/' } } }",
    ['9:57 #/steps/3/expect/body/a: /[/ is no regular expression: unterminated character class.'],
  ],
  [
    'call: listWebhookSubscription',
    [
      '9:5 #/steps/3/call: tsanet has no operation "listWebhookSubscription". Did you mean "listWebhookSubscriptions"?',
    ],
  ],
  [
    'call: { operation: listWebhookSubscriptions, account: oter }',
    ['9:50 #/steps/3/call/account: there is no account "oter". Did you mean "other"?'],
  ],
  [
    'call: { operation: listWebhookSubscriptions, boddy: 1 }',
    ['9:50 #/steps/3/call/boddy: "boddy" is no known field here. Did you mean "body"?'],
  ],
  ['request: { url: $list.bdy }', ['9:16 #/steps/3/request/url: $list has no "bdy". Did you mean "body"?']],
  ['request: { url: $note.idd }', ['9:16 #/steps/3/request/url: $note has no "idd". Did you mean "id"?']],
  ['request: { url: $app.urll }', ['9:16 #/steps/3/request/url: $app has no "urll". Did you mean "url"?']],
  [
    'request: { url: $nope }',
    [
      '9:16 #/steps/3/request/url: nothing before this is called $nope. Did you mean "$note"? A dollar itself is written $$.',
    ],
  ],
  [
    'request: { url: $receiver.orgin }',
    ['9:16 #/steps/3/request/url: $receiver has no "orgin". Did you mean "origin"?'],
  ],
  [
    'request: { url: $mock.tsnet }',
    ['9:16 #/steps/3/request/url: $mock has no "tsnet". Did you mean "tsanet"?'],
  ],
  [
    'request: { url: $secret }',
    [
      '9:16 #/steps/3/request/url: $secret alone stands for nothing. Write $secret and the name of a webhook: $secret.app.',
    ],
  ],
  ['request: { url: $secret.ap }', ['9:16 #/steps/3/request/url: $secret has no "ap". Did you mean "app"?']],
  ['request: { url: $env }', ['9:16 #/steps/3/request/url: $env alone stands for nothing. Write $env.NAME.']],
  [
    'request: { url: $outage }',
    [
      '9:16 #/steps/3/request/url: nothing before this is called $outage. Known are: $app, $env, $here, $list, $mock, $note, $receiver, $secret. A dollar itself is written $$.',
    ],
  ],
  [
    'request: { url: $note-1 }',
    [
      `9:16 #/steps/3/request/url: nothing before this is called $note-1. Where the text goes on, write \${note}-1.`,
    ],
  ],
  [
    'request: { url: a, headers: { A: $nte.id } }',
    [
      '9:35 #/steps/3/request/headers/A: nothing before this is called $nte. Did you mean "$note"? A dollar itself is written $$.',
    ],
  ],
  [
    'request: { url: $here.x }',
    [`9:16 #/steps/3/request/url: $here has no "x". Where the text goes on, write \${here}.`],
  ],
  [
    'request: { url: $receivr }',
    [
      '9:16 #/steps/3/request/url: nothing before this is called $receivr. Did you mean "$receiver"? A dollar itself is written $$.',
    ],
  ],
  [
    '{ trigger: note.created, call: listWebhookSubscriptions }',
    ['9:5 #/steps/3: a step does one thing, and this one has "trigger" and "call". Write two steps.'],
  ],
  [
    '{}',
    [
      '9:5 #/steps/3: the step does not say what to do. Known are: trigger, advance, settle, wait, expect, call, request, exec, register, rotate, disable, enable, delete, resend, restart, fault, clear, observe.',
    ],
  ],
  [
    '{ as: x }',
    [
      '9:5 #/steps/3: the step does not say what to do. Known are: trigger, advance, settle, wait, expect, call, request, exec, register, rotate, disable, enable, delete, resend, restart, fault, clear, observe.',
    ],
  ],
  ['trigger: 5', ['9:5 #/steps/3/trigger: 5 is not a non-empty string or an object.']],
  ['trigger: { payload: {} }', ['9:5 #/steps/3/trigger: "trigger" lacks the field "event".']],
  [
    'trigger: { event: note.created, count: 0 }',
    ['9:37 #/steps/3/trigger/count: 0 is not an integer from 1 to 100000.'],
  ],
  [
    'trigger: { event: note.created, provider: beel }',
    [
      '9:37 #/steps/3/trigger/provider: the scenario has no provider "beel". Known are: tsanet. Those that take part stand under "providers".',
    ],
  ],
  [
    'resend: { off: note }',
    [
      '9:5 #/steps/3/resend: "resend" lacks the field "of".',
      '9:15 #/steps/3/resend/off: "off" is no known field here. Did you mean "of"?',
    ],
  ],
  ['resend: nte', ['9:5 #/steps/3/resend: nothing before this is the event "nte". Did you mean "note"?']],
  ['clear: outge', ['9:5 #/steps/3/clear: nothing before this is the fault "outge". Did you mean "outage"?']],
  ['rotate: ap', ['9:5 #/steps/3/rotate: nothing before this is the webhook "ap". Did you mean "app"?']],
  [
    'register: { name: a b, url: x }',
    ['9:17 #/steps/3/register/name: "a b" is not a name of letters, digits, - and _.'],
  ],
  ['register: { url: x }', ['9:5 #/steps/3/register: "register" lacks the field "name".']],
  [
    '{ trigger: note.created, as: receiver }',
    [
      '9:30 #/steps/3/as: "receiver" is a name of hookproof\'s own. Choose another one; taken are receiver, mock, env, secret, here.',
    ],
  ],
  [
    '{ trigger: note.created, as: app }',
    ['9:30 #/steps/3/as: "app" is the name of a webhook already. Choose another one.'],
  ],
  [
    '{ call: listWebhookSubscriptions, capture: { env: /x } }',
    [
      '9:50 #/steps/3/capture/env: "env" is a name of hookproof\'s own. Choose another one; taken are receiver, mock, env, secret, here.',
    ],
  ],
  ['fault: duplicate', ['9:5 #/steps/3/fault: "duplicate" is not an object.']],
  [
    'fault: { do: duplicate }',
    ['9:5 #/steps/3/fault: it does not say on which "plane". Known are: api, delivery, receiver.'],
  ],
  [
    'fault: { plane: delivry, do: duplicate }',
    [
      '9:14 #/steps/3/fault/plane: "plane" is "delivry", which is not one of api, delivery, receiver. Did you mean "delivery"?',
    ],
  ],
  [
    'fault: { plane: delivery, do: duplicat }',
    ['9:31 #/steps/3/fault/do: "duplicat" is no fault of the delivery plane. Did you mean "duplicate"?'],
  ],
  [
    'fault: { plane: delivery, on: { webhook: ap }, do: drop }',
    ['9:37 #/steps/3/fault/on/webhook: nothing before this is the webhook "ap". Did you mean "app"?'],
  ],
  [
    'fault: { plane: api, on: { operation: listWebhookSubscriptions, account: oter }, do: 503 }',
    ['9:69 #/steps/3/fault/on/account: there is no account "oter". Did you mean "other"?'],
  ],
  [
    'fault: { plane: api, do: { latency: 2 } }',
    [
      '9:32 #/steps/3/fault/do/latency: "delay" is 2, which is not a duration up to 1d, {min, max} or {median, sigma, max}. "delay" is how much later, or a distribution: {min, max}, {median, sigma, max}. Its default is 2s.',
    ],
  ],
  [
    'fault: { plane: delivery, do: { huge-body: 600mb } }',
    [
      '9:37 #/steps/3/fault/do/huge-body: "size" is "600mb", which is not a size up to 64mb such as 64kb. "size" is how large, at most 64mb. Its default is 5mb.',
    ],
  ],
  [
    'expect: { delivery: { attempts: -1, count: { min: -2 } } }',
    [
      '9:27 #/steps/3/expect/delivery/attempts: -1 is not an integer ≥ 0.',
      '9:50 #/steps/3/expect/delivery/count/min: -2 is not a number ≥ 0.',
    ],
  ],
  [
    '{ trigger: note.created, as: note }',
    ['9:30 #/steps/3/as: "note" is the name of an event already. Choose another one.'],
  ],
  [
    'call: { operation: deleteWebhookSubscription, path: { ide: 3 } }',
    [
      '9:59 #/steps/3/call/path/ide: deleteWebhookSubscription has no path parameter "ide". Did you mean "id"?',
    ],
  ],
  [
    'call: { operation: listWebhookSubscriptions, path: { id: 3 } }',
    [
      '9:58 #/steps/3/call/path/id: listWebhookSubscriptions has no path parameter "id". Its path has none; what follows the question mark stands under "query".',
    ],
  ],
  [
    'call: deleteWebhookSubscription',
    ['9:5 #/steps/3/call: deleteWebhookSubscription lacks its path parameter "id". Add path: { id: … }.'],
  ],
  [
    'register: { name: more, url: $receiver, fields: { foo: 1, eventTypes: [note.creatd, $list.body] } }',
    [
      '9:55 #/steps/3/register/fields/foo: a webhook of tsanet has no field "foo". Known are: callbackAuth, callbackUrl, eventTypes.',
      '9:76 #/steps/3/register/fields/eventTypes/0: tsanet has no event "note.creatd". Did you mean "note.created"?',
    ],
  ],
  ['{ register: { name: more, url: $receiver, fields: { foo: 1 } }, expect: { status: 400 } }', []],
  [
    'trigger: { event: note.created, payload: { noteTokn: n-1 } }',
    [
      '9:48 #/steps/3/trigger/payload/noteTokn: the body of note.created has no "noteTokn" here. Did you mean "noteToken"? Where it is intended, add raw: true.',
    ],
  ],
  ['trigger: { event: note.created, payload: { noteTokn: n-1 }, raw: true }', []],
  ['7', ['9:5 #/steps/3: 7 is not a step such as "advance: 10s".']],
  ['~', ['9:5 #/steps/3: null is not a step such as "advance: 10s".']],
  ['exec: { command: ls, timeout: 2d }', ['9:26 #/steps/3/exec/timeout: that is longer than 1d.']],
]

const FILES: readonly (readonly [line: string, problems: readonly string[]])[] = [
  [
    'receiver: { respond: ["slow:2d"] }',
    [
      '4:23 #/receiver/respond/0: the answer "slow:2d": "by" is "2d", which is not a duration up to 1d such as 250ms or 10s. Write a status such as 503 or 429:5s, or one of timeout, slow, reset, empty, garbage, redirect (slow:2s, redirect:URL).',
    ],
  ],
  ['attemptTimeout: 40d', ['4:1 #/attemptTimeout: that is longer than 1d.']],
  ['clock: x0', ['4:1 #/clock: "x0" is not real, virtual, or a factor such as x60.']],
  ['clock: fast', ['4:1 #/clock: "fast" is not real, virtual, or a factor such as x60.']],
  ['seed: 1.5', ['4:1 #/seed: 1.5 is not an integer or a string.']],
  ['vars: { a b: 1 }', ['4:9 #/vars/a b: "a b" is not a name of letters, digits, - and _.']],
  [
    'vars: { here: 1 }',
    [
      '4:9 #/vars/here: "here" is a name of hookproof\'s own. Choose another one; taken are receiver, mock, env, secret, here.',
    ],
  ],
  [
    'vars: { a: $b, b: 1 }',
    [
      '4:9 #/vars/a: nothing before this is called $b. Known are: $env, $here, $mock, $receiver, $secret. A dollar itself is written $$.',
    ],
  ],
  ['vars: [1]', ['4:1 #/vars: [1] is not an object.']],
  [
    'receiver: { respond: [503, timeot] }',
    [
      '4:28 #/receiver/respond/1: the answer "timeot": "timeot" is not a known answer. Did you mean "timeout"?',
    ],
  ],
  [
    'receiver: { respond: 99 }',
    [
      '4:13 #/receiver/respond: the answer "99": "status" is 99, which is not an integer from 200 to 599. Write a status such as 503 or 429:5s, or one of timeout, slow, reset, empty, garbage, redirect (slow:2s, redirect:URL).',
    ],
  ],
  ['receiver: { respond: [] }', ['4:13 #/receiver/respond: [] is not a non-empty array.']],
  ['receiver: 503', ['4:1 #/receiver: 503 is not an object.']],
  ['faults: { apu: [] }', ['4:11 #/faults/apu: "apu" is no known field here. Did you mean "api"?']],
  ['faults: { api: [503] }', ['4:17 #/faults/api/0: 503 is not an object.']],
  [
    'faults: { api: [{ on: { operation: listWebhookSubscription }, do: 503 }] }',
    [
      '4:25 #/faults/api/0/on/operation: there is no operation "listWebhookSubscription". Did you mean "listWebhookSubscriptions"?',
    ],
  ],
  [
    'faults: { api: [{ do: [503, pas] }] }',
    ['4:29 #/faults/api/0/do/1: "pas" is no fault of the api plane. Did you mean "pass"?'],
  ],
  [
    'faults: { delivery: [{ do: duplicate, with: { copys: 2 } }] }',
    ['4:47 #/faults/delivery/0/with/copys: duplicate has no "copys". Did you mean "copies"?'],
  ],
  [
    'faults: { delivery: [{ on: { webhook: ap }, do: drop }] }',
    [
      '4:30 #/faults/delivery/0/on/webhook: nothing before this is the webhook "ap". Name one under "webhooks", or with a step: - register: {name: …, url: …}.',
    ],
  ],
  [
    'faults: { api: [{ do: { status: 503, body: $nope } }] }',
    [
      '4:38 #/faults/api/0/do/body: nothing before this is called $nope. Known are: $env, $here, $mock, $receiver, $secret. A dollar itself is written $$.',
    ],
  ],
  [
    'faults: { delivery: [{ on: { operation: x }, do: drop }] }',
    [
      '4:30 #/faults/delivery/0/on/operation: a fault of the delivery plane is not matched by "operation". Known are: account, attempt, event, nth, provider, webhook.',
    ],
  ],
  ['steps: []', ['4:1 #/steps: [] is not a non-empty array.']],
  ['steps: { a: 1 }', ['4:1 #/steps: {"a":1} is not a non-empty array.']],
  ['providers: [beel]', ['4:1 #/providers: it has "provider" and "providers". Keep one of the two.']],
  [
    'webhooks: { app: { url: $receiver, feilds: {} } }',
    ['4:36 #/webhooks/app/feilds: "feilds" is no known field here. Did you mean "fields"?'],
  ],
  ['webhooks: { app: {} }', ['4:13 #/webhooks/app: "app" lacks the field "url".']],
  [
    'webhooks: { app: { url: $receiver, account: oter } }',
    ['4:36 #/webhooks/app/account: there is no account "oter". Did you mean "other"?'],
  ],
  [
    'webhooks: { app: { url: $second.url }, second: { url: x } }',
    [
      '4:20 #/webhooks/app/url: nothing before this is called $second. Known are: $env, $here, $mock, $receiver, $secret. A dollar itself is written $$.',
    ],
  ],
  ['name: again', ['4:1: the key "name" stands there twice.']],
  ['"na\\x6de": again', ['4:1: the key "na\\x6de" stands there twice.']],
  ['---', ['4:1: it holds several documents, and "---" begins another one.']],
  ['nme: x', ['4:1 #/nme: "nme" is no known field here. Did you mean "name"?']],
  [
    '<<: { a: 1 }',
    [
      '4:1 #/<<: "<<" is no known field here. Known are: $schema, attemptTimeout, clock, description, faults, name, provider, providers, receiver, seed, steps, vars, version, webhooks.',
    ],
  ],
  ['description: &a [*a]', ['4:18 #/description/0: a value contains itself.']],
  ['description: !!js x', ['4:14: unresolved tag: tag:yaml.org,2002:js.']],
  ['description: *nobody', ['4:14: unresolved alias (the anchor must be set before the alias): nobody.']],
  [
    'webhooks: { app: { url: $receiver, provider: beel } }',
    [
      '4:36 #/webhooks/app/provider: the scenario has no provider "beel". Known are: tsanet. Those that take part stand under "providers".',
    ],
  ],
  ['description: "\\q"', ['4:15: invalid escape sequence \\q.']],
  ['a: b: c', ['4:4: nested mappings are not allowed in compact mappings.']],
]

describe('what is wrong with a scenario', () => {
  it('reports where it is nested too deeply, or expands too far', async () => {
    const deep = `vars: { a: ${'['.repeat(9_000)}${']'.repeat(9_000)} }\n`
    expect(await problemsOf(HEAD + deep)).toEqual([
      expect.stringMatching(/^\d+:\d+: it is nested too deeply\.$/),
    ])
    const tenfold = (i: number) => `  a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`)}]\n`
    const billion = `vars:\n  a0: &a0 [x]\n${[1, 2, 3, 4, 5, 6, 7, 8, 9].map(tenfold).join('')}`
    expect(await problemsOf(HEAD + billion)).toEqual([
      expect.stringMatching(/its aliases stand for more than anybody could read\.$/),
    ])
  })

  it('is nothing, where nothing is', async () => {
    expect(await problemsOf(BEFORE)).toEqual([])
    expect(await problemsOf(HEAD)).toEqual([])
  })

  it.each(STEPS)('in the step - %s', async (step, problems) => {
    expect(await problemsOf(`${BEFORE}  - ${step}\n`)).toEqual(problems)
  })

  it.each(FILES)('in the file with %s', async (line, problems) => {
    expect(await problemsOf(`${HEAD}${line}\n`)).toEqual(problems)
  })

  it.each([
    [
      'version: 1\nname: n\n',
      ['1:1: it lacks the field "provider". Say which one is imitated: provider: ID.'],
    ],
    [
      'version: 1\nname: n\nprovider: tsanett\n',
      [
        '3:1 #/provider: there is no provider "tsanett". Did you mean "tsanet"? A document of your own is named with --spec FILE.',
      ],
    ],
    [
      'version: 1\nname: n\nproviders: [tsanet, bel]\n',
      [
        '3:21 #/providers/1: there is no provider "bel". Did you mean "beel"? A document of your own is named with --spec FILE.',
      ],
    ],
    [
      'version: 1\nname: n\nproviders: [tsanet, tsanet]\n',
      ['3:1 #/providers: ["tsanet","tsanet"] is not an array without duplicates.'],
    ],
    ['version: 1\nname: n\nproviders: []\n', ['3:1 #/providers: [] is not a non-empty array of strings.']],
    [
      `${HEAD}clock: x60\nsteps:\n  - advance: 1s\n`,
      [
        '6:5 #/steps/0/advance: only a virtual clock is advanced. Leave "clock" out, or wait until what is expected has happened.',
      ],
    ],
  ])('in %j', async (text, problems) => {
    expect(await problemsOf(text)).toEqual(problems)
  })

  it('is all reported at once, but not blamed on the steps after a broken one', async () => {
    const text = `${HEAD}vars: { a: $nope }
steps:
  - { triger: note.created, as: note }
  - { expect: { delivery: { of: note, to: app } } }
  - { request: { url: $note.id }, capture: { b: boody } }
  - { call: listWebhookSubscription, headers: {} }
  - { request: { url: $b } }
  - { fault: { plane: api, do: { latncy: 2s } } }
`
    expect(await problemsOf(text)).toEqual([
      '4:9 #/vars/a: nothing before this is called $nope. Known are: $env, $here, $mock, $receiver, $secret. A dollar itself is written $$.',
      '6:7 #/steps/0/triger: "triger" is no step. Did you mean "trigger"?',
      '7:39 #/steps/1/expect/delivery/to: nothing before this is the webhook "app". Name one under "webhooks", or with a step: - register: {name: …, url: …}.',
      '8:46 #/steps/2/capture/b: "boody" is not status, header/<name>, or a JSON pointer such as /data/id.',
      '9:38 #/steps/3/headers: "headers" is no known field here. Known are: as, call, capture, expect, title.',
      '11:28 #/steps/5/fault/do: "latncy" is no fault of the api plane. Did you mean "latency"?',
    ])
  })

  it.each([
    [
      'tsanett',
      [
        'there is no provider "tsanett". Did you mean "tsanet"? A document of your own is named with --spec FILE.',
      ],
    ],
    ['tsanet', ['tsanet has no event "note.creted". Did you mean "note.created"?']],
  ])(
    'is told in one pass, what the outline of a file has against it among the rest, of %s',
    async (id, more) => {
      const text = `version: 2
name: n
provider: ${id}
clock: vitual
vars: { a: $nope }
webhooks:
  odd: { ulr: x }
faults: { delivery: [{ do: duplicte }] }
steps:
  - { trigger: note.creted, as: note }
  - { expect: { delivery: { of: not, to: odd } } }
  - 7
`
      const reasons = (await problemsOf(text)).map((one) => one.replace(/^\S+( #\S+)?: /, ''))
      expect(reasons.toSorted()).toEqual(
        [
          ...more,
          '2 is not 1, the only version of this format.',
          '"vitual" is not real, virtual, or a factor such as x60.',
          'nothing before this is called $nope. Known are: $env, $here, $mock, $odd, $receiver, $secret. A dollar itself is written $$.',
          '"odd" lacks the field "url".',
          '"ulr" is no known field here. Did you mean "url"?',
          '"duplicte" is no fault of the delivery plane. Did you mean "duplicate"?',
          'nothing before this is the event "not". Did you mean "note"?',
          '7 is not a step such as "advance: 10s".',
        ].toSorted(),
      )
    },
  )

  it('is nothing in a name that a step makes and a later one uses', async () => {
    const steps = `  - { register: { name: second, url: $receiver }, as: made, capture: { key: /id } }
  - { request: { url: 'x $second.id $secret.second $made.status $key $note.body.a.0 $list.headers.x-id' } }
  - { delete: second }
  - { resend: { of: note, to: second } }
  - { clear: outage }
  - { exec: 'echo $$HOME $env.HOME $here $mock.tsanet $receiver.port', as: ran }
  - { observe: { command: ls, expect: { exit: 0 } }, as: seen }
  - { expect: { answer: { of: ran, status: 0, body: { stdout: $seen.body.stdout } } } }
  - { fault: { plane: delivery, on: { webhook: second, event: $note.event, account: $second.account }, do: drop } }
`
    expect(await problemsOf(`${BEFORE}${steps}`)).toEqual([])
  })
})
