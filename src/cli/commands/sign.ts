import { text, value } from '../flags.ts'
import { command } from '../program.ts'
import { schemeFlags } from './sign-body.ts'
export const signFlags = {
  ...schemeFlags,
  id: value('--id <id>', "the event's id (default: what the body says, else a fresh one)", text),
}

export const sign = command({
  name: 'sign',
  summary: 'print the headers that a provider would send with a body, with its signature',
  args: '<file>',
  flags: signFlags,
  examples: [
    ['hookproof sign --provider ID --secret s3cr3t body.json', 'the headers, one a line'],
    [
      'hookproof sign --provider ID --secret s3cr3t --at 2026-06-05T09:00:00Z - <body.json',
      'from stdin, as of a given time',
    ],
  ],
  run: async (invocation, io) => (await import('./sign-body.ts')).runSign(invocation, io),
})
