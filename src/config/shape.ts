/**
 * Building blocks of the configuration's schemas. One convention carries them: the message of every schema error is what
 * was *expected*, in words; what was found and where is added from the document.
 */
import { z } from 'zod';
import { DAY, HOUR, MINUTE, type Millis, SECOND } from '../domain/time/instant.ts';
import { parseDuration, UnreadableText } from '../domain/time/text.ts';

/** Separates the known keys in the message of an unknown one. */
export const KEY_SEPARATOR = ', ';

/** A mapping that refuses keys it does not know. */
export function mapping<Shape extends z.core.$ZodLooseShape>(what: string, shape: Shape) {
  const known = Object.keys(shape).join(KEY_SEPARATOR);
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : what) });
}

/** A list with at least `least` items. */
export function list<Item extends z.ZodType>(what: string, item: Item, least = 0) {
  return z.array(item, { error: what }).min(least, { error: what });
}

/** A text read by a parser that throws UnreadableText. */
export function text<Value>(what: string, parse: (text: string) => Value) {
  return z
    .string({ error: what })
    .meta({ description: what })
    .transform((found, context): Value => {
      try {
        return parse(found);
      } catch (error) {
        if (!(error instanceof UnreadableText)) throw error;
        context.issues.push({ code: 'custom', message: error.expected, input: found });
        return z.NEVER;
      }
    });
}

/** A text that is what it says, of bounded length. */
export function plainText(what: string, most = 200) {
  return z
    .string({ error: what })
    .min(1, { error: what })
    .max(most, { error: `${what} of at most ${most} characters` });
}

/** A name by which others refer to a thing; also a part of file names, labels and check ids, hence no slash. */
export function identifier(what: string) {
  const expected = `${what} of at most 64 letters, digits, dots, dashes and underscores`;
  return z.string({ error: expected }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: expected });
}

export function integer(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export function choice<const Word extends string>(words: readonly Word[]) {
  return z.enum(words, { error: oneOf(words) });
}

/** `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

export function flag() {
  return z.boolean({ error: 'true or false' });
}

/** A duration between two bounds, in milliseconds. */
export function duration(least: Millis, most: Millis) {
  return text('a duration such as 30s, 5m, 48h or PT30S', (found) => {
    const ms = parseDuration(found);
    if (ms < least || ms > most) {
      throw new UnreadableText(found, `a duration from ${shortDuration(least)} to ${shortDuration(most)}`);
    }
    return ms;
  });
}

/** As a person would write a bound: 90000 is `90s`. */
function shortDuration(ms: Millis): string {
  for (const [unit, size] of UNITS) if (ms > 0 && ms % size === 0) return `${ms / size}${unit}`;
  return `${ms}ms`;
}

const UNITS: readonly (readonly [string, Millis])[] = [
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
];
