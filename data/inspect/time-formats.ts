/** Ways to write a time that are not ISO 8601, most telling first; day and month are told apart where the rows allow it. */
export const timeFormats = [
  '%d.%m.%Y %H:%M:%S',
  '%d.%m.%Y %H:%M',
  '%d.%m.%Y',
  '%d.%m.%y',
  '%d/%m/%Y %H:%M:%S',
  '%d/%m/%Y %H:%M',
  '%d/%m/%Y',
  '%m/%d/%Y %H:%M:%S',
  '%m/%d/%Y %I:%M:%S %p',
  '%m/%d/%Y %H:%M',
  '%m/%d/%Y',
  '%m/%d/%y %H:%M',
  '%m/%d/%y',
  '%d-%m-%Y %H:%M:%S',
  '%d-%m-%Y %H:%M',
  '%d-%m-%Y',
  '%Y/%m/%d %H:%M:%S',
  '%Y/%m/%d %H:%M',
  '%Y/%m/%d',
  '%Y%m%d%H%M%S',
  '%Y%m%d',
  '%d %b %Y',
  '%b %d, %Y',
] as const

/** Numbers since 1970: unit and the range that means 1990 to 2149. */
export const epochUnits = [
  { unit: 's', from: 6.3e8, to: 5.66e9 },
  { unit: 'ms', from: 6.3e11, to: 5.66e12 },
  { unit: 'us', from: 6.3e14, to: 5.66e15 },
  { unit: 'ns', from: 6.3e17, to: 5.66e18 },
] as const
export type EpochUnit = (typeof epochUnits)[number]['unit']
