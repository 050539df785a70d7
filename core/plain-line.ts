/** What could move the cursor, change colours, reverse the reading direction or begin a new line: C0, C1 and bidi controls. */
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** The text as one line that shows what it holds: control characters as `\u001b`, nothing else is changed. */
export function plainLine(text: string): string {
  return text.replaceAll(controls, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
