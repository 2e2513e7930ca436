// What every server on Express costs at least: one route that says hello.
import express from 'express'

const app = express()
app.get('/hello', (_request, response) => {
  response.json({ status: 'ok' })
})
app.listen(Number(process.argv[2]), '127.0.0.1')
