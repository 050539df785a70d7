import { configTexts } from './error-texts/config-texts.ts'
import { dataTexts } from './error-texts/data-texts.ts'
import type { ErrorText } from './error-texts/error-text.ts'
import { modelTexts } from './error-texts/model-texts.ts'
import { systemTexts } from './error-texts/system-texts.ts'

/** What every error code means and what to do; a test finds codes of the product that have no text. */
export const errorTexts: Readonly<Record<string, ErrorText>> = {
  ...configTexts,
  ...dataTexts,
  ...modelTexts,
  ...systemTexts,
}
