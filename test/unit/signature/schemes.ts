import type { HmacKeyword } from '../../../src/spec/vocabulary.ts'

export const JSON_BODY = '{"name":"Café Øl 😀","path":"a/b","list":[1,2]}'

export const HUB: HmacKeyword = {
  scheme: 'hmac',
  hash: 'sha256',
  digest: 'hex',
  item: 'sha256={digest}',
  headers: { 'X-Hub-Signature-256': '{signatures}' },
}

export const STRIPE_LIKE: HmacKeyword = {
  scheme: 'hmac',
  hash: 'sha256',
  digest: 'hex',
  content: '{timestamp}.{body}',
  item: 'v1={digest}',
  join: ',',
  headers: { 'Acme-Signature': 't={timestamp},{signatures}' },
  verify: { tolerance: '300s', direction: 'past' },
}

export const STANDARD: HmacKeyword = {
  scheme: 'hmac',
  hash: 'sha256',
  key: { prefix: 'whsec_', encoding: 'base64' },
  content: '{id}.{timestamp}.{body}',
  digest: 'base64',
  item: 'v1,{digest}',
  join: ' ',
  headers: { 'webhook-id': '{id}', 'webhook-timestamp': '{timestamp}', 'webhook-signature': '{signatures}' },
  verify: { tolerance: '300s' },
}
