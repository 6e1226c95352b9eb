/**
 * Money as integer minor units (tiyn for KZT) with its ISO 4217 currency. No floating point anywhere
 * (CONTRACT.md, Compensation).
 */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

const FEWER_OR_MORE_DIGITS: Readonly<Record<string, number>> = {
  BHD: 3,
  BIF: 0,
  CLF: 4,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  UYI: 0,
  UYW: 4,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};

const KNOWN_CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/**
 * How many decimal digits the minor unit of a currency has (ISO 4217), or undefined for an unknown currency.
 */
export function minorDigits(currency: string): number | undefined {
  if (!KNOWN_CURRENCIES.has(currency)) return undefined;
  return FEWER_OR_MORE_DIGITS[currency] ?? 2;
}

/**
 * Reads a decimal string such as "12000.00" as minor units.
 * @throws RangeError that says what was found and what was expected: not a plain decimal, negative, more decimals
 * than the currency has, or an unknown currency.
 */
export function parseMoney(amount: string, currency: string): Money {
  const digits = minorDigits(currency);
  if (digits === undefined)
    throw new RangeError(`currency: found "${currency}", expected an ISO 4217 code such as KZT`);
  const match = /^(\d{1,15})(?:\.(\d+))?$/.exec(amount);
  if (!match) throw new RangeError(`amount: found "${amount}", expected a decimal such as "12000.00"`);
  const fraction = match[2] ?? '';
  if (fraction.length > digits) {
    throw new RangeError(
      `amount: found "${amount}" with ${fraction.length} decimals, expected at most ${digits} for ${currency}`,
    );
  }
  return { minor: BigInt(`${match[1]}${fraction.padEnd(digits, '0')}`), currency };
}

/** The amount as a decimal string with all of the currency's minor digits: 120033n KZT is "1200.33". */
export function formatAmount(money: Money): string {
  const digits = minorDigits(money.currency) ?? 2;
  const sign = money.minor < 0n ? '-' : '';
  const text = (money.minor < 0n ? -money.minor : money.minor).toString().padStart(digits + 1, '0');
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * Divides and rounds once, half away from zero (CONTRACT.md, Compensation: "one rounding, at the end").
 * @throws RangeError when the divisor is not positive.
 */
export function divideHalfAwayFromZero(dividend: bigint, divisor: bigint): bigint {
  if (divisor <= 0n) throw new RangeError(`divisor: found ${divisor}, expected a positive integer`);
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (2n * magnitude + divisor) / (2n * divisor);
  return dividend < 0n ? -rounded : rounded;
}
