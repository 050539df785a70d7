// Makes data/sample/cdnow.csv.gz from the original text file:
//   node scripts/make-cdnow-sample.mjs path/to/CDNOW_master.txt
// Same rows in the same order; the date gets its dashes, the id loses its leading zeros.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const [original] = process.argv.slice(2)
if (original === undefined) {
  console.error('usage: node scripts/make-cdnow-sample.mjs path/to/CDNOW_master.txt')
  process.exit(2)
}
const rows = readFileSync(original, 'latin1')
  .split(/\r?\n/)
  .slice(1)
  .filter((line) => line.trim() !== '')
  .map((line, at) => {
    const [customer, date, cds, dollars, ...rest] = line.trim().split(/ +/)
    const isRow = /^\d{5}$/.test(customer) && /^\d{8}$/.test(date) && /^\d+$/.test(cds) && /^\d+\.\d\d$/.test(dollars)
    if (!isRow || rest.length > 0) throw new Error(`line ${at + 2} is not "id date number dollars": ${line}`)
    return `${Number(customer)},${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)},${cds},${dollars}\n`
  })
const text = `customer_id,date,cds,dollars\n${rows.join('')}`
const target = fileURLToPath(new URL('../data/sample/cdnow.csv.gz', import.meta.url))
writeFileSync(target, gzipSync(text, { level: 9 }))
console.log(`${rows.length} rows -> ${target}`)
