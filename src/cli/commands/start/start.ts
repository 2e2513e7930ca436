import { command } from '../../program.ts'
import { startFlags } from './flags.ts'
export const start = command({
  name: 'start',
  summary: 'serve the providers and deliver their events',
  flags: startFlags,
  runsCommand: true,
  examples: [
    ['hookproof start', 'every provider, on http://127.0.0.1:4010'],
    ['hookproof start --forward-to http://127.0.0.1:3000/hooks', 'each with a webhook for all events there'],
    [
      'hookproof start --memory --clock virtual',
      'nothing is kept, and time passes only with hookproof advance',
    ],
    [
      'hookproof start --forward-to http://127.0.0.1:3000/hooks -- node server.js',
      'and the receiver with it: it gets PORT and WEBHOOK_SECRET',
    ],
  ],
  run: async (invocation, io) => (await import('./serve.ts')).runStart(invocation, io),
})
