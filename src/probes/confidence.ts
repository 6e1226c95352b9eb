/**
 * Keeps what was given in confidence out of evidence: some servers repeat what they are told, and they are told passwords.
 */
import { printable } from './printable.ts';

/**
 * A target's words as evidence: printable, on one line and bounded, or a note in their place when they hold a secret.
 * `isCut`: more follows, so that a secret may be there in part.
 */
export type Quote = (words: string, isCut?: boolean) => string;

export const WITHHELD = '(withheld: it holds what was given in confidence)';
/** So many letters of a secret at the cut end of a text give it away, and so many are told apart from a chance. */
const TELLING_LENGTH = 4;

/**
 * A way of quoting that shows none of these secrets, nor what stands for them elsewhere: Base64, hexadecimal, percent-encoded.
 * Case, and everything that is neither a letter nor a digit, makes no difference, so that neither quoting nor breaking a
 * line hides them.
 */
export function quoteWithout(secrets: readonly string[]): Quote {
  const given = secrets.filter((secret) => secret !== '');
  if (given.length === 0) return (words) => printable(words);
  const sought = [...new Set(given.flatMap(formsOf))];
  const signs = given.filter((secret) => essence(secret) === '');
  return (words, isCut = false) => {
    // What came over the wire is read as Latin-1, what was parsed out of it is not.
    const readings = [words, Buffer.from(words, 'latin1').toString('utf8')].map(essence);
    const isHeld = (form: string) =>
      readings.some((reading) => reading.includes(form) || (isCut && endsWithin(reading, form)));
    const isWithheld = sought.some(isHeld) || signs.some((secret) => words.includes(secret));
    return isWithheld ? WITHHELD : printable(words);
  };
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const encoded = [bytes.toString('base64'), bytes.toString('hex'), encodeURIComponent(secret.toWellFormed())];
  return [essence(secret), ...encoded.map(essence).filter((form) => form.length >= TELLING_LENGTH)].filter(
    (form) => form !== '',
  );
}

function endsWithin(text: string, form: string): boolean {
  for (let length = Math.min(form.length - 1, text.length); length >= TELLING_LENGTH; length -= 1) {
    if (text.endsWith(form.slice(0, length))) return true;
  }
  return false;
}

function essence(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
