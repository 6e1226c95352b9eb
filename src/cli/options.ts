/** Options that several verbs take, read once. */
import { BadInput } from './io.ts';
import { printable } from './terminal-text.ts';

const LONGEST = 1_000;

/**
 * A text for people: on one line, without anything a terminal obeys.
 * @throws BadInput naming the option when nothing is left of it, or it is longer than 1000 characters.
 */
export function wordOption(option: string, text: string): string {
  const words = printable(text).trim();
  if (words === '') throw new BadInput(`--${option}: found an empty text, expected some words`);
  if (words.length > LONGEST) {
    throw new BadInput(`--${option}: found ${words.length} characters, expected at most ${LONGEST}`);
  }
  return words;
}

/**
 * Ids of services separated by commas, or `*` for all.
 * @throws BadInput when an id is empty.
 */
export function servicesOption(text: string): readonly string[] | '*' {
  if (text === '*') return '*';
  const ids = text.split(',').map((id) => id.trim());
  if (ids.includes('')) throw new BadInput('--services: found an empty id, expected ids separated by commas, or *');
  return [...new Set(ids)];
}
