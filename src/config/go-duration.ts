/** Durations as files of the multi-target exporter write them: `5s`, `1m30s`, `1.5s`. */

import { HOUR, MINUTE, type Millis, SECOND } from '../domain/time/instant.ts';
import { UnreadableText } from '../domain/time/text.ts';

const UNITS: Readonly<Record<string, Millis>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR };

/** Whole milliseconds. Throws UnreadableText for what is no such duration. */
export function parseGoDuration(text: string): Millis {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new UnreadableText(text, 'a duration such as 5s or 1m30s');
  }
  return Math.round(parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0));
}
