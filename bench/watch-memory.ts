import { readFileSync, writeFileSync } from 'node:fs'

/** Memory of this process above what it holds now, in MB of 10^6 bytes; the peak is reset first (Linux). */
export function watchMemory(): { addedMb(): number } {
  writeFileSync('/proc/self/clear_refs', '5')
  const before = statusMb('VmRSS')
  return { addedMb: () => statusMb('VmHWM') - before }
}

function statusMb(name: string): number {
  const line = readFileSync('/proc/self/status', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
  return (Number(line!.replace(/\D+/g, '')) * 1024) / 1e6
}
