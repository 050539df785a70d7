import { spawn } from 'node:child_process'
import type { Measurement } from './measurement.ts'

/** Runs a program that prints one JSON document on its last line; its errors are shown as they are. */
export function runChild(
  command: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Measurement> {
  const child = spawn(command, argv, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`${command} ${argv.join(' ')}: exit code ${code}`))
      resolve(JSON.parse(out.trim().split('\n').at(-1)!) as Measurement)
    })
  })
}
