// Prints `N passed, N failed` over vitest's JSON reports as its last line, and each failed test and its fault before it,
// where no other suite's output can push them out of sight; exits with 1 when a test or a whole file failed, or when a
// report is missing or empty: a suite that did not run has not passed.
import { readFileSync } from 'node:fs'

const firstLine = (text) => String(text ?? '').split('\n', 1)[0]

let passed = 0
let failed = 0
let isSound = true
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    passed += report.numPassedTests
    const brokenFiles = report.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0)
    failed += report.numFailedTests + brokenFiles.length
    for (const { name, message } of brokenFiles) console.log(`failed: ${name}: ${firstLine(message)}`)
    for (const { name, assertionResults } of report.testResults)
      for (const { status, fullName, failureMessages } of assertionResults ?? [])
        if (status === 'failed') console.log(`failed: ${name} > ${fullName}: ${firstLine(failureMessages?.[0])}`)
    if (!report.success || report.numTotalTests === 0) isSound = false
  } catch (error) {
    console.error(`no test report: ${error.message}`)
    isSound = false
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = isSound && failed === 0 ? 0 : 1
