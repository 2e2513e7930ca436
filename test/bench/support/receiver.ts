import { program, type Server, startServer } from './processes.ts'

export function startBareReceiver(): Promise<Server> {
  return startServer((port) => [process.execPath, program('receiver'), String(port)], '/ready')
}
