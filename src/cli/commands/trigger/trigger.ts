import { command } from '../../command.ts'
import { usageError } from '../../flags.ts'
import { triggerFlags } from './flags.ts'
export const trigger = command({
  flags: triggerFlags,
  examples: [
    ['hookproof trigger PROVIDER EVENT', 'the sample event, with a fresh id and time'],
    [
      'hookproof trigger PROVIDER EVENT --override note.status=OPEN --wait 10s',
      'another value, and wait for the receiver',
    ],
    [
      'hookproof trigger PROVIDER EVENT --to http://127.0.0.1:3000 --secret s3cr3t',
      'one signed request, no mock needed',
    ],
    [
      'hookproof trigger PROVIDER EVENT --to http://127.0.0.1:3000 --secret s3cr3t --fault bad-signature',
      'one that the receiver has to refuse',
    ],
  ],
  async run(invocation, io) {
    const { to } = invocation.flags
    if (to === undefined) {
      const misplaced = (['secret', 'header'] as const).find((name) => invocation.given.has(name))
      if (misplaced !== undefined)
        throw usageError(
          `Failed to read --${misplaced}: it goes with --to only.`,
          'Add --to URL, or leave it out: the mock knows the secrets of its webhooks.',
        )
      return (await import('./at-server.ts')).triggerAtServer(invocation, io)
    }
    if (invocation.given.has('wait'))
      throw usageError('Failed to read --wait: with --to the answer is always waited for.', 'Leave it out.')
    return (await import('./to-receiver.ts')).triggerToReceiver(invocation, io)
  },
})
