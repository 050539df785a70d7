/** The SVG as a file of its own: with name space, background and the colours that the page would have given it. */
export function standalone(svg: string, css: string): string {
  const variables = [...css.matchAll(/:root\s*\{[^}]*\}/g)].map((match) => match[0].replace(':root', 'svg'))
  const [light = '', dark = ''] = variables
  const style =
    `<style>${light}@media (prefers-color-scheme: dark){${dark}}` +
    'svg{background:var(--paper);color:var(--ink);font-family:system-ui,sans-serif}text{white-space:pre}</style>'
  const spaced = svg.startsWith('<svg xmlns') ? svg : svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')
  return spaced.replace('>', `>${style}`) + '\n'
}
