/** What an HTTP target was given in confidence. */
import type { HttpHeader, HttpTarget } from './target.ts';

const IN_CONFIDENCE = /auth|cookie|key|secret|session|token/;
/** Shorter parts of a value are told by chance. */
const TELLING_LENGTH = 4;
const SCHEME = /^(?:basic|bearer|digest|token)$/i;

/** Its password, its token, and the values of those of its headers that are named like secrets. */
export function secretsOf({ auth, headers = [] }: HttpTarget): readonly string[] {
  const secrets = headers.filter(({ name }) => IN_CONFIDENCE.test(name.toLowerCase())).flatMap(partsOf);
  if (auth === undefined) return secrets;
  if ('bearer' in auth) return [...secrets, auth.bearer];
  return [...secrets, auth.password, `${auth.username}:${auth.password}`];
}

/** The whole value, and the parts that a target may show without the rest: a token without its scheme, a cookie's value. */
function partsOf({ value }: HttpHeader): readonly string[] {
  const words = value.split(/[;\s]+/).filter((word) => !SCHEME.test(word));
  const parts = [...words, ...words.map((word) => word.slice(word.indexOf('=') + 1))];
  return [value, ...parts.filter((part) => part.length > TELLING_LENGTH)];
}
