import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { program, type Server, startServer } from './processes.ts'

export interface CannedRoute {
  readonly method: string
  /** As Express writes it: `/webhooks/:id`. */
  readonly path: string
  readonly status: number
  readonly answer: unknown
}

export function startHello(): Promise<Server> {
  return startServer((port) => [process.execPath, program('express-hello'), String(port)], '/hello')
}

export async function startCanned(folder: string, routes: readonly CannedRoute[]): Promise<Server> {
  const file = join(folder, 'routes.json')
  await writeFile(file, JSON.stringify(routes))
  return startServer((port) => [process.execPath, program('express-json'), String(port), file], '/ready')
}
