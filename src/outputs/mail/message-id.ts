import { createHash } from 'node:crypto';

const DOMAIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i;

/**
 * The Message-ID of a mail, with angle brackets: the same for every attempt to send the same mail, so that a mailbox
 * which takes it twice (the relay's answer was lost) can see that it is one message.
 * @param mailKey What the mail is, once and for all: `statement/s1/2026-03/1`.
 * @throws RangeError when the domain is not a host name.
 */
export function messageIdFor(mailKey: string, domain: string): string {
  if (!DOMAIN.test(domain)) throw new RangeError(`domain: found "${domain}", expected a host name such as example.kz`);
  return `<${createHash('sha256').update(mailKey, 'utf8').digest('hex')}@${domain}>`;
}
