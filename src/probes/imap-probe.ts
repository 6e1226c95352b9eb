/** A mailbox server's front door (RFC 9051, RFC 3501): greeting, CAPABILITY, STARTTLS and CAPABILITY again, LOGOUT. */
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import type { LineDialogue } from './line-dialogue.ts';
import { type MailSession, probeMail, sayGoodbye } from './mail-session.ts';
import { printable } from './printable.ts';
import type { ProbeContext } from './probe-context.ts';
import type { ImapTarget } from './target.ts';

interface ImapReply {
  /** `OK`, `NO` or `BAD`. */
  readonly status: string;
  /** The tagged line. */
  readonly line: string;
  /** Upper case, from the untagged CAPABILITY lines. */
  readonly capabilities: readonly string[];
}

/** Sends the probe; the exchange settles with its result. */
export function probeImap(exchange: Exchange, target: ImapTarget, context: ProbeContext): void {
  probeMail(exchange, target, context, (session) => converse(session, target));
}

async function converse(session: MailSession, target: ImapTarget): Promise<void> {
  let { dialogue } = session;
  await readGreeting(dialogue);
  const offers = await askCapabilities(dialogue, 'k1');
  if (target.security === 'starttls') {
    if (!offers.includes('STARTTLS')) {
      throw new Fault('starttls_missing', 'CAPABILITY was answered without STARTTLS', 'STARTTLS');
    }
    dialogue.send('k2 STARTTLS');
    const agreed = await readReply(dialogue, 'k2');
    if (agreed.status !== 'OK') throw new Fault('starttls_refused', printable(agreed.line), 'OK');
    dialogue = await session.startTls('imap_protocol');
    await askCapabilities(dialogue, 'k3');
  }
  await sayGoodbye(session.exchange, dialogue, 'k4 LOGOUT');
}

async function readGreeting(dialogue: LineDialogue): Promise<void> {
  const line = await dialogue.readLine();
  if (/^\* BYE\b/i.test(line)) throw new Fault('imap_status', printable(line), '* OK');
  if (!/^\* (?:OK|PREAUTH)\b/i.test(line)) throw new Fault('imap_protocol', printable(line), '* OK');
}

async function askCapabilities(dialogue: LineDialogue, tag: string): Promise<readonly string[]> {
  dialogue.send(`${tag} CAPABILITY`);
  const reply = await readReply(dialogue, tag);
  if (reply.status !== 'OK') throw new Fault('imap_status', printable(reply.line), 'OK');
  if (!reply.capabilities.some((capability) => /^IMAP4REV[12]$/.test(capability))) {
    const seen = printable(`CAPABILITY ${reply.capabilities.join(' ')}`);
    throw new Fault('imap_protocol', seen, 'IMAP4rev1 or IMAP4rev2 among the capabilities');
  }
  return reply.capabilities;
}

/** Reads up to the line with our tag (RFC 9051 section 7). Throws a `Fault` for `BYE` and for what is no reply. */
async function readReply(dialogue: LineDialogue, tag: string): Promise<ImapReply> {
  const capabilities: string[] = [];
  for (;;) {
    const line = await dialogue.readLine();
    if (line.startsWith(`${tag} `)) {
      const [, status] = /^(OK|NO|BAD)\b/i.exec(line.slice(tag.length + 1)) ?? [];
      if (status !== undefined) return { status: status.toUpperCase(), line, capabilities };
    } else if (/^\* BYE\b/i.test(line)) {
      throw new Fault('imap_status', printable(line), `${tag} OK`);
    } else if (line.startsWith('* ')) {
      const [, words] = /^\* CAPABILITY (.*)$/i.exec(line) ?? [];
      if (words !== undefined) capabilities.push(...words.trim().toUpperCase().split(/ +/));
      continue;
    }
    throw new Fault('imap_protocol', printable(line), `an untagged line, or ${tag} and OK, NO or BAD`);
  }
}
