import { Pool } from 'undici'
import { percentile } from './rows.ts'

export interface Shot {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  readonly text: string
}

/** Makes a call and waits for its answer. */
export type Call = (shot: Shot) => Promise<Answer>

export interface Driven {
  readonly made: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

export const CONNECTIONS = 16

/** One call by itself. */
export async function once(origin: string, { path, ...shot }: Shot): Promise<Answer> {
  const answer = await fetch(`${origin}${path}`, shot)
  return { status: answer.status, text: await answer.text() }
}

/** Each connection goes through `story` again and again until `calls` calls have been made in all, or it answers false. */
export async function drive(
  origin: string,
  calls: number,
  story: (call: Call, connection: number) => Promise<boolean | undefined> | Promise<void>,
  connections = CONNECTIONS,
): Promise<Driven> {
  const pool = new Pool(origin, { connections, pipelining: 1 })
  const times: number[] = []
  const call: Call = async ({ method, path, headers, body }) => {
    const started = performance.now()
    const answer = await pool.request({ method, path, headers, ...(body !== undefined && { body }) })
    const text = await answer.body.text()
    times.push(performance.now() - started)
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return { status: answer.statusCode, text }
  }
  const work = async (connection: number) => {
    while (times.length < calls) if ((await story(call, connection)) === false) return
  }
  const started = performance.now()
  try {
    await Promise.all(Array.from({ length: connections }, (_, i) => work(i)))
  } finally {
    await pool.close()
  }
  const seconds = (performance.now() - started) / 1000
  const sorted = times.toSorted((a, b) => a - b)
  return {
    made: times.length,
    perSecond: times.length / seconds,
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
  }
}
