import type { ReceiverAnswer } from '../../receiver/receiver-answer.ts'
import { readAnswers } from '../../receiver/receiver-answer.ts'
import { BadValue, list, type Reader, type Values, value } from '../flag.ts'
import { port, text } from '../readers.ts'
import { formatFlag, specFlag } from '../shared-flags.ts'

const answers: Reader<readonly ReceiverAnswer[]> = readAnswers

const path: Reader<string> = (given) => {
  if (!/^\/[^\s?#]*$/.test(given)) throw new BadValue(`"${given}" is not a path`, 'Write it as /hooks.')
  return given
}

export const listenFlags = {
  port: value('--port <n>', 'where to listen, 0 for any free port (default: 3000)', port, 3_000),
  host: value('--host <address>', 'listen on this address (default: 127.0.0.1)', text),
  path: value('--path <path>', 'where deliveries are expected; other paths get 404', path),
  provider: value('--provider <id>', 'whose deliveries they are: tells event and signature', text),
  secret: list('--secret <secret>', 'verify signatures with it; several while one is rotated', text),
  respond: value(
    '--respond <answers>',
    'answers in turn, the last one repeats: 503,timeout,200',
    answers,
    [],
  ),
  spec: specFlag,
  format: formatFlag,
}
export type ListenFlags = Values<typeof listenFlags>
