import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../src/core/json.ts'
import { describeStep, readStep } from '../../../../src/scenario/steps/index.ts'

const words = (step: JsonObject) => describeStep(readStep(step, { file: 'a.yaml' }))

describe('a step in one line', () => {
  it.each<[JsonObject, string]>([
    [{ trigger: 'note.created', as: 'note' }, 'trigger note.created as note'],
    [{ trigger: { event: 'note.created', count: 3 } }, 'trigger note.created, 3 times'],
    [{ trigger: 'note.created', title: 'a note is written' }, 'a note is written'],
    [
      { trigger: 'note.created', title: ' a note\n::error::is\u0007\twritten\n' },
      'a note ::error::is written',
    ],
    [{ exec: 'cd x\nnode sync.js\n' }, 'exec cd x node sync.js'],
    [{ call: { operation: 'listWebhooks', account: 'other' } }, 'call listWebhooks as other'],
    [{ request: { url: '$receiver', body: {} } }, 'POST $receiver'],
    [{ exec: ['node', 'sync.js'] }, 'exec node sync.js'],
    [{ register: { name: 'second', url: '$receiver' } }, 'register second at $receiver'],
    [{ rotate: 'app' }, 'rotate the secret of app'],
    [{ disable: 'app' }, 'disable app'],
    [{ enable: 'app' }, 'enable app'],
    [{ delete: 'app' }, 'delete app'],
    [{ resend: { of: 'note', to: 'app' } }, 'resend note to app'],
    [{ advance: '6m10s' }, 'advance 6m10s'],
    [{ advance: 'next' }, 'advance to the next attempt'],
    [{ advance: 'settled' }, 'advance until settled'],
    [{ settle: null }, 'settle'],
    [{ wait: { received: { count: 2 } } }, 'wait until received: count 2'],
    [{ restart: null }, 'restart the mock'],
    [{ fault: { plane: 'api', do: [503, 'pass'] } }, 'fault on the api plane: [503,"pass"]'],
    [{ clear: 'all' }, 'clear all faults'],
    [{ clear: 'down' }, 'clear the fault down'],
    [{ observe: { url: 'http://x', expect: {} } }, 'observe http://x'],
    [{ observe: { command: 'ls', expect: {} } }, 'observe ls'],
    [
      { expect: { delivery: { of: 'note', to: 'app', status: 'succeeded', delays: ['0', '60s'] } } },
      'expect delivery of note to app: status succeeded, delays 0s 1m',
    ],
    [
      { expect: { requests: { operation: 'list', apart: '1s' } } },
      'expect requests: operation list, apart 1s',
    ],
    [{ expect: { webhook: { name: 'app', enabled: false } } }, 'expect webhook app: enabled false'],
  ])('%j', (step, expected) => {
    expect(words(step)).toBe(expected)
  })

  it('is not longer for all that is expected', () => {
    const body = { text: `/${'|'.repeat(100_000)}/` }
    expect(words({ expect: { received: { body } } })).toHaveLength(501)
    expect(words({ exec: 'x'.repeat(100_000), as: 'long' })).toMatch(/^exec x+… as long$/)
    expect(words({ settle: null, title: 'x'.repeat(100_000) })).toHaveLength(501)
  })
})
