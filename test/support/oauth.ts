import { acme } from '../unit/spec/acme-document.ts'

const FORM = 'application/x-www-form-urlencoded'

/** Acme with a token endpoint on a host of its own, as RFC 6749 (sections 4.4 and 5) has it. */
const TOKEN_PATH = `  /oauth/token:
    servers: [{ url: https://auth.acme.test }]
    post:
      operationId: issueToken
      security: [{ client: [] }, {}]
      requestBody:
        required: true
        content:
          ${FORM}:
            schema:
              type: object
              required: [grant_type]
              properties:
                grant_type: { type: string, enum: [client_credentials] }
                client_id: { type: string }
                client_secret: { type: string }
                scope: { type: string }
      x-mock-operation:
        action: issue-token
        token: { login: [client_id, client_secret], expires: 1h, scope: scope, prefix: at_, length: 32 }
      x-mock-errors:
        - { when: login, status: 401, code: invalid_client, headers: { WWW-Authenticate: 'Basic realm="acme"' } }
        - { when: login-scope, status: 400, code: invalid_scope, message: 'No scope {value}' }
        - { when: schema, at: /grant_type, keyword: enum, status: 400, code: unsupported_grant_type }
        - { when: [media-type, malformed, schema, too-large], status: 400, code: invalid_request, message: '{field} {reason}' }
      responses:
        '200':
          description: a token
          headers: { Cache-Control: { schema: { type: string, const: no-store } } }
          content:
            application/json:
              schema:
                type: object
                required: [access_token, token_type, expires_in, scope]
                additionalProperties: false
                properties:
                  access_token: { type: string, pattern: '^at_[0-9a-z]{32}$', x-mock-value: token.value }
                  token_type: { const: Bearer }
                  expires_in: { const: 3600, x-mock-value: token.expires-in }
                  scope: { type: string, x-mock-value: token.scope }
        '400': { $ref: '#/components/responses/OAuthError' }
        '401': { $ref: '#/components/responses/OAuthError' }
`

const OAUTH_ERROR = `    OAuthError:
      description: RFC 6749, section 5.2
      headers: { WWW-Authenticate: { schema: { type: string } } }
      content:
        application/json:
          schema:
            type: object
            required: [error]
            properties:
              error: { type: string, x-mock-value: error.code }
              error_description: { type: string, x-mock-value: error.message }
`

export const OAUTH_ACME = acme(
  ['  /hooks:\n', `${TOKEN_PATH}  /hooks:\n`],
  [
    'securitySchemes: { token: { type: http, scheme: bearer } }',
    'securitySchemes: { token: { type: http, scheme: bearer }, client: { type: http, scheme: basic } }',
  ],
  ['  responses:\n    Error:', `  responses:\n${OAUTH_ERROR}    Error:`],
)

/** Three accounts, the last one without scopes. */
export const OAUTH_ACCOUNTS = JSON.stringify([
  {
    name: 'default',
    credentials: { Authorization: 'Bearer acme_key' },
    login: { client_id: 'client one', client_secret: 's3cr:t+%/' },
  },
  {
    name: 'other',
    credentials: { Authorization: 'Bearer acme_other' },
    login: { client_id: 'client2', client_secret: 'secret2' },
  },
  {
    name: 'reader',
    credentials: { Authorization: 'Bearer acme_reader' },
    login: { client_id: 'reader', client_secret: 'secret3' },
    scopes: ['hooks:read'],
  },
])
