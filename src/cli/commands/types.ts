import { EXIT_CODES } from '../../core/errors.ts'
import { eventSchemas, eventTypes } from '../../report/event-types.ts'
import { indent } from '../../report/terminal.ts'
import { knownProvider } from '../../spec/load.ts'
import type { EventType } from '../../spec/provider.ts'
import { command } from '../command.ts'
import { formatFlag, specFlag, toggle } from '../flags.ts'
import type { Io } from '../io.ts'
export const types = command({
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
    const provider = await knownProvider(id, flags.spec)
    const events = [...provider.events.values()]
    if (flags.format === 'json') {
      io.out(...events.map((event) => JSON.stringify(eventSchemas(event))))
    } else if (flags.list) io.out(...events.flatMap((event) => eventLines(event, io)))
    else {
      io.out(...(await eventTypes(provider)).trimEnd().split('\n'))
    }
    return EXIT_CODES.passed
  },
})

function eventLines({ type, summary, sample }: EventType, { style }: Io): readonly string[] {
  return [
    `${style('strong', type)}  ${summary}`.trimEnd(),
    ...indent(JSON.stringify(sample, null, 2).split('\n'), '  '),
    '',
  ]
}
