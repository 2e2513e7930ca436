import { count, text, toggle, value } from '../flags.ts'
import { command } from '../program.ts'
import { schemeFlags } from './sign-body.ts'
export const verifyFlags = {
  ...schemeFlags,
  ignoreAge: toggle('--ignore-age', 'take a signature of any age'),
  contractOnly: toggle('--contract-only', 'leave the signature out: no secret is needed'),
  headers: value('--headers <file>', 'its header lines, where they are kept apart from the body', text),
  body: value('--body <file>', 'its raw body, where it is kept apart from the headers', text),
  entry: value('--entry <n>', 'which one, where a file has several', count(1, 1_000_000)),
  all: toggle('--all', 'judge every one of a file, and fail if any differs'),
}

export const verify = command({
  name: 'verify',
  summary: 'judge a captured delivery by its contract and signature, and say what differs',
  args: '[file]',
  flags: verifyFlags,
  examples: [
    [
      'hookproof verify --provider ID --secret s3cr3t request.http',
      'a raw request: request line, headers, an empty line, the body',
    ],
    [
      'hookproof verify --provider ID --secret s3cr3t capture.har --entry 3 --ignore-age',
      'one of several in a HAR file, long after it was captured',
    ],
    [
      'hookproof verify --provider ID --secret s3cr3t --all --ignore-age received.jsonl',
      'all that listen --format json has written',
    ],
    [
      'hookproof verify --provider ID --secret s3cr3t --headers headers.txt --body body.json',
      'headers and body in files of their own',
    ],
  ],
  run: async (invocation, io) => (await import('./verify-capture.ts')).runVerify(invocation, io),
})
