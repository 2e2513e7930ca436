import { list, value } from './flag.ts'
import { oneOf, serverUrl, text } from './readers.ts'

/** Flags that several commands have, with one meaning. */

export const formatFlag = value(
  '--format <form>',
  'text for people, json for programs (default: text)',
  oneOf(['text', 'json'] as const),
  'text',
)

export const serverFlag = value(
  '--server <url>',
  'the running mock (default: HOOKPROOF_URL, else http://127.0.0.1:4010)',
  serverUrl,
)

export const providerFlag = value('--provider <id>', 'only this provider', text)

export const specFlag = list('--spec <file>', 'OpenAPI document of your own', text, { many: true })
