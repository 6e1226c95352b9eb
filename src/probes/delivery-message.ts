/** The message of a mail round trip: short, told apart by its Message-ID, and answered by no decent automaton. */
import { createHash, randomUUID } from 'node:crypto';
import type { Instant } from '../domain/time/instant.ts';
import { VERSION } from '../runtime/version.ts';
import type { DeliveryTarget } from './target.ts';

const MARK_DIGITS = 16;

export interface DeliveryMessage {
  /** With its angle brackets. */
  readonly id: string;
  /** Header and body, lines ended by CRLF, without the end that DATA asks for. No line begins with a dot. */
  readonly text: string;
}

/** What the Message-IDs of all messages of a check have in common, and those of no other. */
export function commonId(target: DeliveryTarget): string {
  return `kepil-${createHash('sha256').update(target.mark).digest('hex').slice(0, MARK_DIGITS)}-`;
}

/** Writes a message as RFC 5322 wants it; `Auto-Submitted` keeps automatic answers away (RFC 3834). */
export function composeMessage(target: DeliveryTarget, at: Instant): DeliveryMessage {
  const { from, to } = target;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const id = `<${commonId(target)}${randomUUID()}@${domain}>`;
  const lines = [
    `From: Kepil <${from}>`,
    `To: <${to}>`,
    'Subject: Kepil delivery check',
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${id}`,
    'Auto-Submitted: auto-generated',
    `User-Agent: Kepil/${VERSION}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Kepil sent this message to see whether mail arrives, and deletes it when it does.',
  ];
  return { id, text: lines.join('\r\n') };
}
