/**
 * Instants, lengths, shares and money as a reader of one language writes them. All exact: a length shows every
 * millisecond it has, money every minor unit, and instants are on the contract clock, never in a named zone.
 */
import type { Ratio } from '../domain/contract/terms.ts';
import type { Locale } from '../domain/facts/fact.ts';
import { formatAmount, type Money } from '../domain/money/money.ts';
import { formatInstant } from '../domain/time/contract-calendar.ts';
import { HOUR, type Instant, MINUTE, type Millis, SECOND } from '../domain/time/instant.ts';
import type { Interval } from '../domain/time/interval.ts';

const TAGS: Readonly<Record<Locale, string>> = { kk: 'kk-KZ', ru: 'ru-RU', en: 'en-GB' };
const UNITS: Readonly<Record<Locale, { hour: string; minute: string; second: string; ms: string }>> = {
  kk: { hour: 'сағ', minute: 'мин', second: 'с', ms: 'мс' },
  ru: { hour: 'ч', minute: 'мин', second: 'с', ms: 'мс' },
  en: { hour: 'h', minute: 'min', second: 's', ms: 'ms' },
};
/** Keeps a number and its unit on one line. */
const NBSP = '\u00A0';
const RATIO_DECIMALS = 6;

export interface Formats {
  /** `GMT+5`. */
  readonly clock: string;
  /** `10 March 2026`. */
  date(instant: Instant): string;
  /** `10 March 2026, 00:30:00`, with milliseconds where there are any. */
  dateTime(instant: Instant): string;
  /** From start to end; the date once where both lie on one day. */
  span(interval: Interval): string;
  /** `March 2026`, in the case that the language's month sentences need. */
  month(instant: Instant): string;
  /** Narrow names of the weekdays from Monday on. */
  weekdays(): readonly string[];
  /** `7 h 30 min 0.25 s`; hours are not folded into days. */
  duration(ms: Millis): string;
  /** `27,000,250 ms`. */
  exactMs(ms: Millis): string;
  /** A decimal string of percent, `99.8714`, with its own number of decimals. */
  percent(text: string): string;
  /** A share as percent, with the decimals it has (at most 6). */
  share(ratio: Ratio): string;
  money(amount: Money): string;
  count(value: number): string;
}

/** The formats of a language on a contract clock. */
export function formatsFor(locale: Locale, offsetMinutes: number): Formats {
  const tag = TAGS[locale];
  const units = UNITS[locale];
  const timeZone = formatInstant(0, offsetMinutes).slice(-6);
  const dateFormat = new Intl.DateTimeFormat(tag, { timeZone, dateStyle: 'long' });
  const number = new Intl.NumberFormat(tag);
  const separator = number.formatToParts(0.5).find((part) => part.type === 'decimal')?.value ?? '.';
  const time = (instant: Instant): string => {
    const text = formatInstant(instant, offsetMinutes).slice(11, 23);
    return text.endsWith('.000') ? text.slice(0, 8) : text.replace('.', separator);
  };
  const date = (instant: Instant): string => dateFormat.format(instant);
  const dateTime = (instant: Instant): string => `${date(instant)}, ${time(instant)}`;
  const decimal = (text: string): string =>
    new Intl.NumberFormat(tag, { minimumFractionDigits: text.split('.')[1]?.length ?? 0 }).format(
      text as Intl.StringNumericLiteral,
    );
  const percentSuffix = new Intl.NumberFormat(tag, { style: 'percent' })
    .formatToParts(0)
    .filter((part) => part.type !== 'integer')
    .map((part) => part.value)
    .join('');
  const percent = (text: string): string => `${decimal(text)}${percentSuffix}`;
  return {
    clock: clockName(offsetMinutes),
    date,
    dateTime,
    span: ({ start, end }) =>
      date(start) === date(end) ? `${dateTime(start)} – ${time(end)}` : `${dateTime(start)} – ${dateTime(end)}`,
    month: (instant) => monthName(locale, instant, timeZone),
    weekdays: () => {
      const name = new Intl.DateTimeFormat(tag, { timeZone: 'UTC', weekday: 'short' });
      const monday = Temporal.Instant.from('2026-01-05T00:00Z').epochMilliseconds;
      return Array.from({ length: 7 }, (_, day) => name.format(monday + day * 24 * HOUR));
    },
    duration: (ms) => {
      const parts: string[] = [];
      if (ms >= HOUR) parts.push(`${number.format(Math.floor(ms / HOUR))}${NBSP}${units.hour}`);
      if (ms >= MINUTE && ms % HOUR >= MINUTE) parts.push(`${Math.floor((ms % HOUR) / MINUTE)}${NBSP}${units.minute}`);
      const rest = ms % MINUTE;
      if (rest > 0 || parts.length === 0) {
        const fraction =
          rest % SECOND === 0
            ? ''
            : `.${String(rest % SECOND)
                .padStart(3, '0')
                .replace(/0+$/, '')}`;
        parts.push(`${decimal(`${Math.floor(rest / SECOND)}${fraction}`)}${NBSP}${units.second}`);
      }
      return parts.join(NBSP);
    },
    exactMs: (ms) => `${number.format(ms)}${NBSP}${units.ms}`,
    percent,
    share: (ratio) => percent(percentOf(ratio)),
    money: (amount) =>
      new Intl.NumberFormat(tag, {
        style: 'currency',
        currency: amount.currency,
        currencyDisplay: 'narrowSymbol',
      }).format(formatAmount(amount) as Intl.StringNumericLiteral),
    count: (value) => number.format(value),
  };
}

function clockName(offsetMinutes: number): string {
  const magnitude = Math.abs(offsetMinutes);
  if (magnitude === 0) return 'GMT';
  const minutes = magnitude % 60 === 0 ? '' : `:${String(magnitude % 60).padStart(2, '0')}`;
  return `GMT${offsetMinutes < 0 ? '-' : '+'}${Math.trunc(magnitude / 60)}${minutes}`;
}

/** Kazakh builds "in March" from `2026 жылғы наурыз`, where the calendar form `2026 ж. наурыз` takes no suffix. */
function monthName(locale: Locale, instant: Instant, timeZone: string): string {
  if (locale === 'en')
    return new Intl.DateTimeFormat('en-GB', { timeZone, month: 'long', year: 'numeric' }).format(instant);
  const month = new Intl.DateTimeFormat(TAGS[locale], { timeZone, month: 'long' })
    .format(instant)
    .toLocaleLowerCase(TAGS[locale]);
  const year = new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric' }).format(instant);
  return locale === 'kk' ? `${year} жылғы ${month}` : `${month} ${year} года`;
}

function percentOf({ numerator, denominator }: Ratio): string {
  const scaled = (numerator * 100n * 10n ** BigInt(RATIO_DECIMALS)) / denominator;
  const digits = scaled.toString().padStart(RATIO_DECIMALS + 1, '0');
  const fraction = digits.slice(-RATIO_DECIMALS).replace(/0+$/, '');
  return `${digits.slice(0, -RATIO_DECIMALS)}${fraction && `.${fraction}`}`;
}
