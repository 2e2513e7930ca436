import type { CommandEntry } from '../command.ts'

/** Every command, in the order of the help. Its module is loaded when it is asked for. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  start: {
    usage: '[options]',
    summary: 'serve the providers and deliver their events',
    load: async () => (await import('./start/start.ts')).start,
  },
  trigger: {
    usage: '[options] <provider> <event>',
    summary: 'make an event happen, at a running mock or straight to a receiver',
    load: async () => (await import('./trigger/trigger.ts')).trigger,
  },
  listen: {
    usage: '[options]',
    summary: 'a receiver that prints what arrives and answers as configured',
    load: async () => (await import('./listen.ts')).listen,
  },
  deliveries: {
    usage: '[options] [action] [id]',
    summary: 'list deliveries, show one with all its attempts, or send one again',
    load: async () => (await import('./deliveries.ts')).deliveries,
  },
  advance: {
    usage: '[options] <how>',
    summary: 'move the virtual clock of a running mock, running what falls due on the way',
    load: async () => (await import('./advance.ts')).advance,
  },
  reset: {
    usage: '[options]',
    summary: 'put a running mock back to what its start line asked for',
    load: async () => (await import('./reset.ts')).reset,
  },
  wait: {
    usage: '[options]',
    summary: 'wait until a mock is ready',
    load: async () => (await import('./wait.ts')).wait,
  },
  run: {
    usage: '[options] <scenario...>',
    summary: 'run scenario files, and report what did not go as expected',
    load: async () => (await import('./run/run.ts')).run,
  },
  validate: {
    usage: '[options] <file...>',
    summary: 'check OpenAPI documents and scenario files, without network',
    load: async () => (await import('./validate.ts')).validate,
  },
  providers: {
    usage: '[options]',
    summary: 'list the providers, with their credentials and event types',
    load: async () => (await import('./providers.ts')).providers,
  },
  types: {
    usage: '[options] <provider>',
    summary: "print TypeScript types of a provider's events, or list the events with samples",
    load: async () => (await import('./types.ts')).types,
  },
  sign: {
    usage: '[options] <file>',
    summary: 'print the headers that a provider would send with a body, with its signature',
    load: async () => (await import('./sign.ts')).sign,
  },
  verify: {
    usage: '[options] [file]',
    summary: 'check a captured delivery against its contract and signature, and say what differs',
    load: async () => (await import('./verify.ts')).verify,
  },
  schema: {
    usage: '<scenario|vocabulary|control>',
    summary: 'print the JSON Schema of scenario files or of the keywords, or the OpenAPI of the control API',
    load: async () => (await import('./schema.ts')).schema,
  },
}
