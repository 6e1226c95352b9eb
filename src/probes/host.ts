/**
 * The host of a target in one canonical form, so that the guard, the lookup and the certificate check all see the same
 * one. Odd spellings of addresses (decimal, octal, hexadecimal, short, full-width) become the address they mean.
 */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

export interface Host {
  /** An IP address, or a lower-case ASCII name without a trailing dot. */
  readonly name: string;
  /** True: `name` is an IP address and nothing needs to be looked up. */
  readonly literal: boolean;
}

const LABEL = /^[a-z0-9_-]{1,63}$/;
const NAME_LENGTH_MAX = 253;
/** Where a URL's host would end, or what it would decode or drop: none of it belongs in a host. */
const NOT_A_HOST = /[\s\p{Cc}/\\?#@:%[\]]/u;

/**
 * Reads a host as written in a target (`[::1]` or `::1`, `mail.example`, `0x7f.1`), by the rules of the WHATWG URL
 * standard, section 3.5. Null: it is no host, and nothing may be dialled for it.
 */
export function parseHost(text: string): Host | null {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (isIP(bare) !== 0) return { name: bare, literal: true };
  if (NOT_A_HOST.test(text)) return null;
  const ascii = domainToASCII(text);
  if (isIP(ascii) !== 0) return { name: ascii, literal: true };
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
  if (name.length > NAME_LENGTH_MAX || !name.split('.').every((label) => LABEL.test(label))) return null;
  return { name, literal: false };
}
