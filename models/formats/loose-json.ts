/** Bare NaN and infinities, which some programs write into JSON, as the strings that `Number` reads. */
const bare = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g

/** JSON that may hold bare NaN, Infinity and -Infinity: these come as strings. Throws a SyntaxError. */
export function parseLooseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return JSON.parse(text.replaceAll(bare, (found) => (found.startsWith('"') ? found : `"${found}"`)))
  }
}
