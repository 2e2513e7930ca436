import { command } from '../command.ts'
import { listenFlags } from './listen-flags.ts'

export const listen = command({
  name: 'listen',
  summary: 'a receiver that prints what arrives and answers as told',
  flags: listenFlags,
  examples: [
    ['hookproof listen', 'answer everything on port 3000 with 200'],
    ['hookproof listen --respond 503,timeout,200', 'fail twice, then succeed'],
    [
      'hookproof listen --respond 429:5s,reset,empty,garbage,slow:2s,410',
      'other bad days: Retry-After, cut connections, late answers',
    ],
    ['hookproof listen --provider ID --secret s3cr3t', 'verify each signature, and tell why one is wrong'],
  ],
  run: async (invocation, io) => (await import('./run-listen.ts')).runListen(invocation, io),
})
