import { describe, expect, it } from 'vitest'
import { respond } from '../../../src/fault/receiver-catalogue.ts'
import type { ReceivedDelivery } from '../../../src/receiver/delivery.ts'
import { receivedLines } from '../../../src/report/request.ts'
import { PLAIN } from '../../../src/report/terminal.ts'

const delivery: ReceivedDelivery = {
  number: 1,
  at: new Date(2026, 5, 5, 14, 32, 15).getTime(),
  startedAt: new Date(2026, 5, 5, 14, 32, 15).getTime(),
  connection: 1,
  method: 'POST',
  path: '/hooks',
  headers: [
    ['host', '127.0.0.1:3000'],
    ['connection', 'keep-alive'],
    ['Content-Type', 'application/json'],
    ['X-Signature', 'sha256=00'],
    ['content-length', '7'],
  ],
  body: Buffer.from('{"a":1}'),
  complete: true,
  answer: respond(503),
  faults: [],
}

describe('receivedLines', () => {
  it('shows what arrived: verdict, headers of the message, body, and the answer', () => {
    const event = { type: 'note.created', id: 'n-1' }
    expect(receivedLines({ delivery, event, signature: { ok: true } }, PLAIN)).toEqual([
      '14:32:15  -->  POST /hooks  note.created [n-1]',
      '               signature ok',
      '               Content-Type: application/json',
      '               X-Signature: sha256=00',
      '',
      '               {',
      '                 "a": 1',
      '               }',
      '14:32:15  <--  [503]',
    ])
  })

  it('says that one was cut off, and has no answer for it', () => {
    const cut = { ...delivery, complete: false, answer: null, headers: [], body: Buffer.from('') }
    expect(receivedLines({ delivery: cut, event: null, signature: null }, PLAIN)).toEqual([
      '14:32:15  -->  POST /hooks  cut off',
      '',
      '               (no body)',
    ])
  })
})
