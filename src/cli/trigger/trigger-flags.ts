import { list, toggle, type Values, value } from '../flag.ts'
import { count, duration, header, receiverUrl, text } from '../readers.ts'
import { formatFlag, serverFlag, specFlag } from '../shared-flags.ts'
import { deliveryFault } from './fault-flag.ts'

export const triggerFlags = {
  payload: value('--payload <json>', 'merged over the sample: JSON, @FILE, or - for stdin', text),
  override: list('--override <path=value>', 'one field, such as note.status=OPEN', text, { lines: true }),
  remove: list('--remove <path>', 'leave a field out', text),
  raw: toggle('--raw', "send it even where it breaks the event's contract"),
  count: value('--count <n>', 'how many events', count(1, 10_000), 1),
  account: value('--account <name>', 'whose event it is (default: the first account)', text),
  id: value('--id <id>', "the event's id, in the provider's format", text),
  wait: value(
    '--wait <duration>',
    'wait until the deliveries are settled, and fail if one did not succeed',
    duration,
  ),
  server: serverFlag,
  to: value('--to <url>', 'send one signed request there, without a mock', receiverUrl),
  secret: value('--secret <secret>', 'with --to: what it is signed with', text),
  fault: list(
    '--fault <name[:parameters]>',
    'what goes wrong with it: duplicate, delay:30s, duplicate:copies=3,at=once …',
    deliveryFault,
    { lines: true },
  ),
  header: list('--header <k:v>', 'with --to: a header to add or replace', header, { lines: true }),
  spec: specFlag,
  format: formatFlag,
}
export type TriggerFlags = Values<typeof triggerFlags>
