import type { Call, Done } from '../call.ts'

export async function listEventTypes({ provider }: Call): Promise<Done> {
  return { result: [...provider.events.keys()] }
}
