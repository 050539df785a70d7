/** Where one value of the config came from. */
export interface Origin {
  readonly from: 'default' | 'extends' | 'file' | 'profile' | 'command line'
  /** As shown to people: `configs/shop.yaml:12`, `profile dev, configs/shop.yaml:40`, `-s models.gbdt.trees=10`, `default`. */
  readonly text: string
  /** Position, 1-based, where it is written in a file. */
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

export const defaultOrigin: Origin = { from: 'default', text: 'default' }
