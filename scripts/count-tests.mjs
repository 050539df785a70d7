// Prints `N passed, N failed` over vitest's JSON reports; exits with 1 when a test or a whole file failed, or when a
// report is missing or empty: a suite that did not run has not passed.
import { readFileSync } from 'node:fs'

let passed = 0
let failed = 0
let isSound = true
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    passed += report.numPassedTests
    const brokenFiles = report.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0)
    failed += report.numFailedTests + brokenFiles.length
    if (!report.success || report.numTotalTests === 0) isSound = false
  } catch (error) {
    console.error(`no test report: ${error.message}`)
    isSound = false
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = isSound && failed === 0 ? 0 : 1
