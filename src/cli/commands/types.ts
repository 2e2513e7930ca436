import { indent } from '../../report/terminal.ts'
import type { EventType } from '../../spec/provider.ts'
import { formatFlag, specFlag, toggle } from '../flags.ts'
import type { Io } from '../io.ts'
import { command } from '../program.ts'
export const types = command({
  name: 'types',
  summary: "print TypeScript types of a provider's events, or list the events with samples",
  args: '<provider>',
  flags: {
    list: toggle('--list', 'the event types, each with its sample body'),
    spec: specFlag,
    format: formatFlag,
  },
  examples: [
    ['hookproof types PROVIDER > events.d.ts', 'types of each body and its headers'],
    ['hookproof types PROVIDER --list', 'what can be triggered, and what it looks like'],
    ['hookproof types PROVIDER --format json', 'JSON Schemas, one event a line, for other languages'],
  ],
  async run({ args: [id = ''], flags }, io) {
    const { knownProvider } = await import('../known-providers.ts')
    const provider = await knownProvider(id, flags.spec)
    const events = [...provider.events.values()]
    if (flags.format === 'json') {
      const { eventSchemas } = await import('../../report/event-types.ts')
      io.out(...events.map((event) => JSON.stringify(eventSchemas(event))))
    } else if (flags.list) io.out(...events.flatMap((event) => eventLines(event, io)))
    else {
      const { eventTypes } = await import('../../report/event-types.ts')
      io.out((await eventTypes(provider)).trimEnd())
    }
    return 0
  },
})

function eventLines({ type, summary, sample }: EventType, { style }: Io): readonly string[] {
  return [
    `${style('strong', type)}  ${summary}`.trimEnd(),
    ...indent(JSON.stringify(sample, null, 2).split('\n'), '  '),
    '',
  ]
}
