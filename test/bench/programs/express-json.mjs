// Express with its JSON body parser that answers each route with the JSON it was given: nothing is judged or kept.
import { readFileSync } from 'node:fs'
import express from 'express'

const [, , port, routesFile] = process.argv
const app = express()
app.disable('x-powered-by')
app.disable('etag')
app.use(express.json())
app.get('/ready', (_request, response) => {
  response.json({ ready: true })
})
for (const { method, path, status, answer } of JSON.parse(readFileSync(routesFile, 'utf8')))
  app[method.toLowerCase()](path, (_request, response) => {
    if (answer === null) response.status(status).end()
    else response.status(status).json(answer)
  })
app.listen(Number(port), '127.0.0.1')
