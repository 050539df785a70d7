import { readFile } from 'node:fs/promises'
import { locate } from '../core/locate.ts'
import { type TradeName, tradeNames, tradeTitle } from '../data/trade-parameters.ts'

/** Templates that `ebb init --template` knows: one per trade of the simulator. */
export const templateNames: readonly TradeName[] = tradeNames

/** Name -> what it is, e.g. `online shop`. */
export const templateTitle = tradeTitle

/** The template's text, its first line pointing at a schema beside it; input paths start at the folder of the config. */
export async function readTemplate(name: TradeName): Promise<string> {
  const text = await readFile(locate(`configs/templates/${name}.yaml`), 'utf8')
  return text.replace('$schema=../ebb.v1.schema.json', '$schema=ebb.v1.schema.json')
}
