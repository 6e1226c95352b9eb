/** What headers of a reply say, and whether that is as it should be. Names are in lower case. */
import type { HeaderRule } from './target.ts';
import type { ReplyHeaders } from './watch.ts';

/** The values of a header, none where it is missing. */
export function valuesOf(headers: ReplyHeaders, name: string): readonly string[] {
  const found = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (found === undefined) return [];
  return typeof found === 'string' ? [found] : found;
}

/** The values of a header as one text; undefined where it is missing. */
export function textOf(headers: ReplyHeaders, name: string): string | undefined {
  const found = valuesOf(headers, name);
  return found.length === 0 ? undefined : found.join(', ');
}

export function obeys(value: string, { equals, contains }: HeaderRule): boolean {
  if (equals !== undefined) return value === equals;
  return contains === undefined || value.includes(contains);
}
