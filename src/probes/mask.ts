/** Keeps what a target was given in confidence out of evidence: a server can send back what it was sent. */
import type { HttpHeader, HttpTarget } from './target.ts';

/** Puts `***` in place of each secret in a text, also of one that the end of the text cuts off. */
export type Mask = (text: string) => string;

const IN_CONFIDENCE = /auth|cookie|key|secret|session|token/;
/** So many characters of a secret are not given away at the cut end of a text; fewer say nothing. */
const TELLING_LENGTH = 4;

/** A mask for a target's password, token, and the values of those of its headers that are named like secrets. */
export function createMask(target: HttpTarget): Mask {
  const secrets = secretsOf(target);
  if (secrets.length === 0) return asItIs;
  return (text) => secrets.reduce(maskOne, text);
}

/** One for all targets that were given nothing in confidence. */
const asItIs: Mask = (text) => text;

function secretsOf({ auth, headers = [] }: HttpTarget): readonly string[] {
  const secrets = headers.filter(({ name }) => IN_CONFIDENCE.test(name.toLowerCase())).flatMap(partsOf);
  if (auth !== undefined && 'bearer' in auth) secrets.push(auth.bearer);
  if (auth !== undefined && 'username' in auth) {
    secrets.push(auth.password, Buffer.from(`${auth.username}:${auth.password}`, 'utf8').toString('base64'));
  }
  // A body is shown as Latin-1, a byte a character.
  const shown = secrets.flatMap((secret) => [secret, Buffer.from(secret, 'utf8').toString('latin1')]);
  return [...new Set(shown)].filter((secret) => secret !== '').sort((one, other) => other.length - one.length);
}

/** The whole value, and the parts that a target may show without the rest: a token without its scheme, a cookie's value. */
function partsOf({ value }: HttpHeader): readonly string[] {
  const words = value.split(/[;\s]+/).filter((word) => word.length > TELLING_LENGTH);
  return [value, ...words, ...words.map((word) => word.slice(word.indexOf('=') + 1))];
}

function maskOne(text: string, secret: string): string {
  const masked = text.replaceAll(secret, '***');
  for (let length = Math.min(secret.length - 1, masked.length); length >= TELLING_LENGTH; length -= 1) {
    if (masked.endsWith(secret.slice(0, length))) return `${masked.slice(0, -length)}***`;
  }
  return masked;
}
