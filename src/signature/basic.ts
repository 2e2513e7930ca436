import { isJsonObject, type Json } from '../core/json.ts'

/** RFC 7617: the value of `Authorization`, or null where the webhook has no credentials. */
export function basicCredentials(field: Json | undefined): string | null {
  if (!isJsonObject(field)) return null
  const { username, password } = field
  if (typeof username !== 'string' || typeof password !== 'string') return null
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
