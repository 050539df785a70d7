#!/usr/bin/env node
import { runCli } from './run-cli.ts'

process.exitCode = await runCli(process.argv.slice(2))
// Nothing should be left running; where something is (a worker that hangs), it does not keep the process.
setTimeout(() => process.exit(), 5_000).unref()
