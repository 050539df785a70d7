/**
 * The text with the passwords of its URLs as `***`: `postgres://bob:secret@db/shop` -> `postgres://bob:***@db/shop`, also
 * those given as `?password=`. Everything up to the last `@` of a word counts, as an unescaped `@` may be part of one.
 */
export function maskPasswords(text: string): string {
  return text
    .replaceAll(/(:\/\/[^\s:/?#@'"]*):[^\s'"]*@/g, '$1:***@')
    .replaceAll(/([?&]password=)[^\s&'"#]*/gi, '$1***')
}
