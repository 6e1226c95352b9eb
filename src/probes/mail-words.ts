/** A mail server's words as evidence: some servers repeat what they are told, and a password is told them. */
import { printable } from './printable.ts';
import type { MailCredentials } from './target.ts';

const WITHHELD = '(withheld: it holds the credentials)';

/**
 * A server's words (Latin-1), printable and bounded, or a note in their place when they hold the user, the password or
 * what stands for them in a login. Case, and everything that is neither a letter nor a digit, makes no difference, so
 * that neither quoting nor breaking a line hides them.
 */
export function withhold(words: string, credentials: MailCredentials | undefined): string {
  if (credentials !== undefined) {
    const plain = essence(words);
    for (const secret of formsOf(credentials)) {
      const sought = essence(secret);
      if (sought === '' ? words.includes(secret) : plain.includes(sought)) return WITHHELD;
    }
  }
  return printable(words);
}

function formsOf({ username, password }: MailCredentials): string[] {
  const bytes = [username, password, `\0${username}\0${password}`].map((text) => Buffer.from(text));
  return bytes
    .flatMap((secret) => [secret.toString('latin1'), secret.toString('base64'), secret.toString('hex')])
    .filter((secret) => secret !== '');
}

function essence(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9\x80-\xff]/g, '');
}
