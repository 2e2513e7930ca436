#!/usr/bin/env node
import { processIo } from './io.ts'
import { runCli } from './program.ts'

const io = processIo()

const code = await runCli(process.argv.slice(2), io)

// What was written must have left before the process does.
process.stdout.write('', () => io.exit(code))
