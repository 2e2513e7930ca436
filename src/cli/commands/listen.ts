import { type ReceiverAnswer, readAnswers } from '../../receiver/answer.ts'
import { BadValue, formatFlag, list, port, type Reader, specFlag, text, value } from '../flags.ts'
import { command } from '../program.ts'

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

export const listen = command({
  name: 'listen',
  summary: 'a receiver that prints what arrives and answers as told',
  flags: listenFlags,
  examples: [
    ['hookproof listen', 'answer everything on port 3000 with 200'],
    ['hookproof listen --respond 503,timeout,200', 'fail twice, then succeed'],
    [
      'hookproof listen --respond 429:5s,reset,empty,garbage,slow:2s,410',
      'other bad days: Retry-After, cut connections, late answers',
    ],
    ['hookproof listen --provider ID --secret s3cr3t', 'verify each signature, and tell why one is wrong'],
  ],
  run: async (invocation, io) => (await import('./listen-server.ts')).runListen(invocation, io),
})
