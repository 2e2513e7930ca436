import { EXIT_CODES } from '../../core/errors.ts'
import { command } from '../command.ts'
import { controlClient } from '../control-client.ts'
import { providerFlag, serverFlag, text, value } from '../flags.ts'

/** It lets the attempts end that are under way. */
const LONGEST_ATTEMPT_MS = 60_000

export const reset = command({
  flags: {
    provider: providerFlag,
    account: value('--account <name>', 'only this account', text),
    server: serverFlag,
  },
  examples: [
    ['hookproof reset', 'forget every webhook, event and delivery'],
    ['hookproof reset --provider ID', 'forget those of one provider'],
  ],
  async run({ flags: { provider, account, server } }, io) {
    const client = controlClient(server, io.env)
    await client.post(
      'reset',
      '/reset',
      {
        ...(provider === undefined ? {} : { provider }),
        ...(account === undefined ? {} : { account }),
      },
      [],
      LONGEST_ATTEMPT_MS,
    )
    const scope = [provider, account].filter((part) => part !== undefined).join(', account ')
    io.out(`Reset ${scope === '' ? client.server : scope}.`)
    return EXIT_CODES.passed
  },
})
