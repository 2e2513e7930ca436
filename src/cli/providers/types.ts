import { indent } from '../../report/columns.ts'
import { command } from '../command.ts'
import { formatFlag, specFlag } from '../shared-flags.ts'

export const types = command({
  name: 'types',
  summary: 'list the event types of a provider, with their sample bodies',
  args: '<provider>',
  flags: { spec: specFlag, format: formatFlag },
  examples: [['hookproof types PROVIDER', 'what can be triggered, and what it looks like']],
  async run({ args: [id = ''], flags }, io) {
    const { knownProvider } = await import('./known-providers.ts')
    const { events } = await knownProvider(id, flags.spec)
    for (const { type, summary, sample } of events.values())
      io.out(
        ...(flags.format === 'json'
          ? [JSON.stringify({ type, summary, sample })]
          : [
              `${io.style('strong', type)}  ${summary}`.trimEnd(),
              ...indent(JSON.stringify(sample, null, 2).split('\n'), '  '),
              '',
            ]),
      )
    return 0
  },
})
