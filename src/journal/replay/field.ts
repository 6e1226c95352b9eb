/**
 * Fields of a line: a table of names, each with a reader and what its absence means, read into a typed value. Every
 * problem of a line is noted, not only the first.
 */
import { type Evidence, LOCALES } from '../../domain/facts/fact.ts';
import { type Money, minorDigits, parseMoney } from '../../domain/money/money.ts';
import type { Instant, Millis } from '../../domain/time/instant.ts';
import { parseDuration, quote, UnreadableText } from '../../domain/time/text.ts';
import { describeFound } from '../found.ts';
import { readInstantText } from './instant-text.ts';
import { isObject } from './json-line.ts';
import type { Complain } from './problem.ts';
import { suggestion } from './suggestion.ts';

/** Reads a JSON value, or complains and gives undefined. */
export type Read<V> = (value: unknown, field: string, complain: Complain) => V | undefined;

export interface Required<V> {
  readonly presence: 'required';
  readonly read: Read<V>;
  /** What to expect where nothing stands. */
  readonly expected: string;
}
export interface Defaulted<V> {
  readonly presence: 'defaulted';
  readonly read: Read<V>;
  readonly fallback: V;
}
export interface Optional<V> {
  readonly presence: 'optional';
  readonly read: Read<V>;
}
type Field<V> = Required<V> | Defaulted<V> | Optional<V>;
type Fields = Readonly<Record<string, Field<unknown>>>;

type ValueOf<F> = F extends { readonly read: Read<infer V> } ? V : never;
type OptionalNames<S> = { [K in keyof S]: S[K] extends Optional<unknown> ? K : never }[keyof S];
export type ValuesOf<S> = { [K in Exclude<keyof S, OptionalNames<S>>]: ValueOf<S[K]> } & {
  [K in OptionalNames<S>]?: ValueOf<S[K]>;
};

/** A kind of value: its reader together with the words for it. */
export interface Kind<V> {
  readonly read: Read<V>;
  readonly expected: string;
}

export function required<V>(kind: Kind<V>): Required<V> {
  return { presence: 'required', read: kind.read, expected: kind.expected };
}

export function optional<V>(kind: Kind<V>): Optional<V> {
  return { presence: 'optional', read: kind.read };
}

export function defaulted<V>(kind: Kind<V>, fallback: V): Defaulted<V> {
  return { presence: 'defaulted', read: kind.read, fallback };
}

/**
 * Makes the reader of an object that has these fields and no other. `skip` names a member that is read elsewhere (the
 * line's `type`).
 */
export function fieldsReader<const S extends Fields>(fields: S, skip?: string): Read<ValuesOf<S>> {
  const entries = Object.entries<Field<unknown>>(fields);
  const names = skip === undefined ? Object.keys(fields) : [skip, ...Object.keys(fields)];
  return (value, path, complain) => {
    if (!isObject(value)) return refuse(complain, path, value, `an object with ${names.join(', ')}`);
    const prefix = path === '' ? '' : `${path}.`;
    const values: Record<string, unknown> = {};
    let known = skip === undefined ? 0 : 1;
    let isWhole = true;
    for (const [name, field] of entries) {
      const member = value[name];
      if (member !== undefined) {
        known += 1;
        const read = field.read(member, `${prefix}${name}`, complain);
        if (read === undefined) isWhole = false;
        else values[name] = read;
      } else if (field.presence === 'defaulted') {
        values[name] = field.fallback;
      } else if (field.presence === 'required') {
        isWhole = false;
        refuse(complain, `${prefix}${name}`, undefined, field.expected);
      }
    }
    const present = Object.keys(value);
    if (present.length !== known) {
      isWhole = false;
      for (const name of present) if (!names.includes(name)) refuseUnknown(name, prefix, names, complain);
    }
    return isWhole ? (values as ValuesOf<S>) : undefined;
  };
}

function refuseUnknown(name: string, prefix: string, names: readonly string[], complain: Complain): void {
  const printable = quote(name).slice(1, -1);
  const expected = `one of ${names.join(', ')}${suggestion(name, names)}`;
  complain(`${prefix}${printable}`, 'an unknown field', expected);
}

function refuse(complain: Complain, field: string, found: unknown, expected: string): undefined {
  complain(field, describeFound(found), expected);
  return undefined;
}

function kind<V>(expected: string, convert: (value: unknown) => V | undefined): Kind<V> {
  return {
    expected,
    read: (value, field, complain) => convert(value) ?? refuse(complain, field, value, expected),
  };
}

/** A text in a notation of its own, by a parser that throws UnreadableText. */
function notation<V>(expected: string, parse: (text: string) => V): Kind<V> {
  return {
    expected,
    read: (value, field, complain) => {
      if (typeof value !== 'string') return refuse(complain, field, value, expected);
      try {
        return parse(value);
      } catch (error) {
        if (!(error instanceof UnreadableText)) throw error;
        complain(field, error.found, error.expected);
        return undefined;
      }
    },
  };
}

/** One of a closed list of words. */
export function word<const W extends string>(words: readonly W[]): Kind<W> {
  return kind(`one of ${words.join(', ')}`, (value) => words.find((each) => each === value));
}

const filled = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

export const id: Kind<string> = kind('an id: a text that is not empty', filled);
export const text: Kind<string> = kind('a text that is not empty', filled);
export const anyText: Kind<string> = kind('a text', (value) => (typeof value === 'string' ? value : undefined));
export const flag: Kind<boolean> = kind('true or false', (value) => (typeof value === 'boolean' ? value : undefined));
export const locale = word(LOCALES);
export const email: Kind<string> = kind('an e-mail address such as ops@example.kz', (value) =>
  typeof value === 'string' && /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(value) ? value : undefined,
);
const wholeFrom1 = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 1 ? (value as number) : undefined;
export const count: Kind<number> = kind('a whole number from 1', wholeFrom1);

/** Words, or a count k. */
export function wordOrCount<const W extends string>(...words: readonly W[]): Kind<W | number> {
  return kind(
    `${words.map((each) => `"${each}"`).join(', ')} or a whole number from 1`,
    (value) => words.find((each) => each === value) ?? wholeFrom1(value),
  );
}

export const instant: Kind<Instant> = notation(
  'an instant with its offset such as 2026-03-10T00:30:00+05:00',
  readInstantText,
);
export const duration: Kind<Millis> = notation('a duration such as 30s, 5m, 48h or PT30S', parseDuration);

/** A duration longer than zero. */
export const positiveDuration: Kind<Millis> = {
  expected: duration.expected,
  read: (value, field, complain) => {
    const ms = duration.read(value, field, complain);
    return ms === 0 ? refuse(complain, field, value, `${duration.expected}, longer than zero`) : ms;
  },
};

/** A day of the calendar; which 24 hours it is, the contract clock says. */
export const day: Kind<string> = kind('a day such as 2026-03-10', (value) => {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  try {
    return Temporal.PlainDate.from(value).toString();
  } catch {
    return undefined;
  }
});

/** One id or more, each once. */
export const ids: Kind<readonly string[]> = {
  expected: 'a list of ids',
  read: (value, field, complain) => {
    if (!Array.isArray(value) || value.length === 0) {
      const found = Array.isArray(value) ? 'an empty list' : describeFound(value);
      complain(field, found, 'a list of at least one id');
      return undefined;
    }
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      const read = id.read(item, `${field}[${index}]`, complain);
      if (read === undefined) return undefined;
      if (seen.has(read)) return refuse(complain, `${field}[${index}]`, read, 'each id once');
      seen.add(read);
    }
    return [...seen];
  },
};

/** Plain data for people. REPLAY.md leaves its form open: anything but an object is kept as `{ value }`. */
export const evidence: Kind<Evidence> = kind('an object', (value) =>
  value === null ? undefined : isObject(value) ? value : { value },
);

const moneyFields = fieldsReader({ amount: required(anyText), currency: required(anyText) });

export const money: Kind<Money> = {
  expected: 'an object with amount and currency',
  read: (value, field, complain) => {
    const parts = moneyFields(value, field, complain);
    if (!parts) return undefined;
    const { amount, currency } = parts;
    const digits = minorDigits(currency);
    if (digits === undefined) {
      return refuse(complain, `${field}.currency`, currency, 'an ISO 4217 code such as KZT');
    }
    try {
      return parseMoney(amount, currency);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const expected = `a decimal such as "12000.00", with at most ${digits} decimals in ${currency}`;
      return refuse(complain, `${field}.amount`, amount, expected);
    }
  },
};

/** The members of an object, whatever their names, each by the same reader; at least one. */
export function byName<V>(read: Read<V>, what: string): Kind<Readonly<Record<string, V>>> {
  return {
    expected: `${what} by name`,
    read: (value, field, complain) => {
      if (!isObject(value)) return refuse(complain, field, value, `${what} by name`);
      const entries: [string, V][] = [];
      const names = Object.keys(value);
      for (const name of names) {
        const member = read(value[name], `${field}.${quote(name).slice(1, -1)}`, complain);
        if (member !== undefined) entries.push([name, member]);
      }
      if (names.length === 0) {
        complain(field, 'an empty object', `at least one of ${what} by name`);
        return undefined;
      }
      // fromEntries defines members, so that a name such as __proto__ is only a name.
      return entries.length === names.length ? Object.fromEntries(entries) : undefined;
    },
  };
}
