import type { Surface } from '../surface.ts'
import { controlApi } from './control-api.ts'
import { accounts, captures, documents, payloads, scenarios, states } from './files.ts'
import { flags } from './flags.ts'
import { providerApis } from './provider-apis.ts'

export const SURFACES: readonly Surface[] = [
  providerApis,
  controlApi,
  scenarios,
  documents,
  accounts,
  captures,
  payloads,
  states,
  flags,
]
