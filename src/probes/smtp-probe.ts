/** A mail server's front door (RFC 5321, RFC 3207): greeting, EHLO, STARTTLS and EHLO again where asked for, QUIT. */
import { isIPv6 } from 'node:net';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import type { LineDialogue } from './line-dialogue.ts';
import { type MailSession, probeMail, sayGoodbye } from './mail-session.ts';
import { printable } from './printable.ts';
import type { ProbeContext } from './probe-context.ts';
import type { SmtpTarget } from './target.ts';

interface SmtpReply {
  readonly code: number;
  /** The text of each line. */
  readonly lines: readonly string[];
}

/** Sends the probe; the exchange settles with its result. */
export function probeSmtp(exchange: Exchange, target: SmtpTarget, context: ProbeContext): void {
  probeMail(exchange, target, context, (session) => converse(session, target));
}

async function converse(session: MailSession, target: SmtpTarget): Promise<void> {
  const { exchange } = session;
  let { dialogue } = session;
  demand(await readReply(exchange, dialogue), 220);
  const ehlo = `EHLO ${addressLiteral(session.localAddress)}`;
  dialogue.send(ehlo);
  const offers = demand(await readReply(exchange, dialogue), 250);
  if (target.security === 'starttls') {
    if (!offers.lines.some((line) => /^STARTTLS\s*$/i.test(line))) {
      throw new Fault('starttls_missing', 'EHLO was answered without STARTTLS', 'STARTTLS');
    }
    dialogue.send('STARTTLS');
    const agreed = await readReply(exchange, dialogue);
    if (agreed.code >= 400 && agreed.code !== 421) throw new Fault('starttls_refused', describe(agreed), '220');
    demand(agreed, 220);
    dialogue = await session.startTls('smtp_protocol');
    dialogue.send(ehlo);
    demand(await readReply(exchange, dialogue), 250);
  }
  await sayGoodbye(exchange, dialogue, 'QUIT');
}

/** Reads one reply of one or more lines (RFC 5321 section 4.2.1). Throws a `Fault` for what is no reply. */
async function readReply(exchange: Exchange, dialogue: LineDialogue): Promise<SmtpReply> {
  const lines: string[] = [];
  let code = '';
  for (;;) {
    const line = await dialogue.readLine();
    const parts = /^([2-5][0-9][0-9])(?:([ -])(.*))?$/.exec(line);
    const [, found = '', separator, text = ''] = parts ?? [];
    if (parts === null || (code !== '' && found !== code)) {
      const expected = code === '' ? 'a line that begins with a reply code' : `a line that begins with ${code}`;
      throw new Fault('smtp_protocol', printable(line), expected);
    }
    code = found;
    lines.push(text);
    if (separator !== '-') break;
  }
  exchange.evidence.status = Number(code);
  return { code: Number(code), lines };
}

function demand(reply: SmtpReply, code: number): SmtpReply {
  if (reply.code !== code) throw new Fault('smtp_code', describe(reply), String(code));
  return reply;
}

function describe(reply: SmtpReply): string {
  return printable(`${reply.code} ${reply.lines.join(' ')}`);
}

/** A client without a meaningful name gives its address (RFC 5321 section 4.1.4). */
function addressLiteral(address: string): string {
  return isIPv6(address) ? `[IPv6:${address}]` : `[${address}]`;
}
