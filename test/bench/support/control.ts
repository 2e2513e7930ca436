import { drive } from './drive.ts'

/** A call of the control API. */
export async function control<T>(origin: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${origin}/_mock${path}`, {
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
  return JSON.parse(text) as T
}

/** Triggers so many events, over the connections that {@link drive} makes. */
export async function triggerMany(origin: string, event: unknown, count: number): Promise<void> {
  const body = JSON.stringify(event)
  const headers = { 'Content-Type': 'application/json' }
  let left = count
  await drive(origin, count, async (call) => {
    if (left-- > 0) await call({ method: 'POST', path: '/_mock/events', headers, body })
    else await new Promise((resolve) => setImmediate(resolve))
  })
}
