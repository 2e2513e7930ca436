import type { ControlRoute } from './call.ts'
import { advanceClock, readClock, settle } from './handlers/clock.ts'
import { listDeliveries, readDelivery, resendDelivery } from './handlers/deliveries.ts'
import { createEvent, listEvents, readEvent } from './handlers/events.ts'
import { createFault, deleteFault, deleteFaults, listFaults } from './handlers/faults.ts'
import { listRequests, listViolations, readCoverage, stream } from './handlers/log.ts'
import { readOpenApi } from './handlers/openapi.ts'
import { createAccount, health, listProviders } from './handlers/providers.ts'
import { readSnapshot, reset, writeSnapshot } from './handlers/state.ts'
import { createWebhook, listWebhooks } from './handlers/webhooks.ts'

export const HEALTH_PATH = '/health'

/** The control API, in the order in which it is listed to people. */
export const ROUTES: readonly ControlRoute[] = [
  { method: 'GET', path: HEALTH_PATH, operationId: 'health', handler: health, immediate: true },
  { method: 'GET', path: '/providers', operationId: 'listProviders', handler: listProviders },
  { method: 'POST', path: '/accounts', operationId: 'createAccount', handler: createAccount },
  { method: 'GET', path: '/webhooks', operationId: 'listWebhooks', handler: listWebhooks },
  { method: 'POST', path: '/webhooks', operationId: 'createWebhook', handler: createWebhook },
  { method: 'GET', path: '/events', operationId: 'listEvents', handler: listEvents },
  { method: 'POST', path: '/events', operationId: 'createEvent', handler: createEvent },
  { method: 'GET', path: '/events/{id}', operationId: 'readEvent', handler: readEvent },
  { method: 'GET', path: '/deliveries', operationId: 'listDeliveries', handler: listDeliveries },
  { method: 'GET', path: '/deliveries/{id}', operationId: 'readDelivery', handler: readDelivery },
  { method: 'POST', path: '/deliveries/{id}/resend', operationId: 'resendDelivery', handler: resendDelivery },
  { method: 'POST', path: '/settle', operationId: 'settle', handler: settle },
  { method: 'GET', path: '/clock', operationId: 'readClock', handler: readClock },
  { method: 'POST', path: '/clock/advance', operationId: 'advanceClock', handler: advanceClock },
  { method: 'GET', path: '/faults', operationId: 'listFaults', handler: listFaults },
  { method: 'POST', path: '/faults', operationId: 'createFault', handler: createFault },
  { method: 'DELETE', path: '/faults', operationId: 'deleteFaults', handler: deleteFaults },
  { method: 'DELETE', path: '/faults/{id}', operationId: 'deleteFault', handler: deleteFault },
  { method: 'POST', path: '/reset', operationId: 'reset', handler: reset },
  { method: 'GET', path: '/snapshot', operationId: 'readSnapshot', handler: readSnapshot },
  { method: 'PUT', path: '/snapshot', operationId: 'writeSnapshot', handler: writeSnapshot, upload: true },
  { method: 'GET', path: '/requests', operationId: 'listRequests', handler: listRequests },
  { method: 'GET', path: '/violations', operationId: 'listViolations', handler: listViolations },
  { method: 'GET', path: '/coverage', operationId: 'readCoverage', handler: readCoverage },
  { method: 'GET', path: '/stream', operationId: 'stream', handler: stream },
  { method: 'GET', path: '/openapi.json', operationId: 'readOpenApiJson', handler: readOpenApi('json') },
  { method: 'GET', path: '/openapi.yaml', operationId: 'readOpenApiYaml', handler: readOpenApi('yaml') },
]
