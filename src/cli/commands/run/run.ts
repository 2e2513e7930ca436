import { command } from '../../command.ts'
import { runFlags } from './flags.ts'
import { runScenariosCommand } from './run-scenarios.ts'

export const run = command({
  flags: runFlags,
  runsCommand: true,
  examples: [
    ['hookproof run scenarios/', 'every scenario below a folder, against the stand-in receiver'],
    [
      'hookproof run scenarios/ --receiver http://127.0.0.1:3000/hooks --secret s3cret',
      'against your receiver, which is running already',
    ],
    [
      "hookproof run scenarios/ --receiver 'http://127.0.0.1:{port}/hooks' -- node server.js",
      'and with it: it gets PORT and WEBHOOK_SECRET',
    ],
    ['hookproof run scenarios/ --report junit=reports/junit.xml,html=reports/run.html', 'in CI'],
  ],
  run: runScenariosCommand,
})
