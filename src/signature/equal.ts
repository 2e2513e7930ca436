import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares in a time that does not depend on where the two differ, whatever their lengths. */
export function equal(left: string | Uint8Array, right: string | Uint8Array): boolean {
  const digest = (value: string | Uint8Array) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(left), digest(right))
}
