import { advance } from './client/advance.ts'
import { reset } from './client/reset.ts'
import { wait } from './client/wait.ts'
import type { Command } from './command.ts'
import { deliveries } from './deliveries/deliveries.ts'
import { listen } from './listen/listen.ts'
import { providers } from './providers/providers.ts'
import { types } from './providers/types.ts'
import { run } from './run/run.ts'
import { schema } from './schema/schema.ts'
import { sign } from './sign/sign.ts'
import { start } from './start/start.ts'
import { trigger } from './trigger/trigger.ts'
import { validate } from './validate/validate.ts'
import { verify } from './verify/verify.ts'

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
