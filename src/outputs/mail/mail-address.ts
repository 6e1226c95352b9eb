import { domainToASCII } from 'node:url';
import addressparser from 'nodemailer/lib/addressparser';

/**
 * The dot-atom letters of RFC 5322 and nothing else: no space, control, quote or separator could end an SMTP command or a
 * header early. No letters beyond ASCII: nodemailer would send them raw to a relay without SMTPUTF8.
 */
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/i;
const DOMAIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i;

/** One plain `local@domain` with the domain in ASCII, or null: lists, names, quotes and controls are refused. */
export function parseAddress(text: string): string | null {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > 320) return null;
  const local = text.slice(0, at);
  const domain = domainToASCII(text.slice(at + 1));
  return LOCAL_PART.test(local) && DOMAIN.test(domain) ? `${local}@${domain}` : null;
}

/**
 * A sender, `sla@example.kz` or `Example Hosting <sla@example.kz>`.
 * @throws RangeError when it is not exactly one address.
 */
export function parseSender(text: string): { readonly name: string; readonly address: string } {
  const [first, ...more] = /\p{C}/u.test(text) ? [] : addressparser(text, { flatten: true });
  const address = first && more.length === 0 ? parseAddress(first.address) : null;
  if (!first || address === null) {
    throw new RangeError(
      `from: found ${JSON.stringify(text)}, expected one address such as Example Hosting <sla@example.kz>`,
    );
  }
  return { name: first.name, address };
}
