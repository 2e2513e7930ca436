import type { Command } from '../program.ts'
import { advance } from './advance.ts'
import { deliveries } from './deliveries.ts'
import { listen } from './listen.ts'
import { providers } from './providers.ts'
import { reset } from './reset.ts'
import { run } from './run/run.ts'
import { schema } from './schema.ts'
import { sign } from './sign.ts'
import { start } from './start/start.ts'
import { trigger } from './trigger/trigger.ts'
import { types } from './types.ts'
import { validate } from './validate.ts'
import { verify } from './verify.ts'
import { wait } from './wait.ts'
/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  start,
  trigger,
  listen,
  deliveries,
  advance,
  reset,
  wait,
  run,
  validate,
  providers,
  types,
  sign,
  verify,
  schema,
]
