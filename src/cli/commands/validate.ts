import { formatFlag, specFlag } from '../flags.ts'
import { command } from '../program.ts'
export const validateFlags = { spec: specFlag, format: formatFlag }

export const validate = command({
  name: 'validate',
  summary: 'check OpenAPI documents and scenario files, without network',
  args: '<file...>',
  flags: validateFlags,
  examples: [
    ['hookproof validate scenarios/', 'every file below a folder'],
    ['hookproof validate acme.yaml', 'a provider document of your own'],
    ['hookproof validate orders.yaml --spec acme.yaml', 'a scenario that plays with it'],
  ],
  run: async (invocation, io) => (await import('./validate-files.ts')).runValidate(invocation, io),
})
