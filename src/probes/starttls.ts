/** How a plain mail connection agrees to TLS, by protocol: RFC 3207, RFC 9051 section 6.2.1, RFC 2595 section 4. */
import { isIPv6, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Connecting, upgrade } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import { LineDialogue } from './line-dialogue.ts';
import type { Failure } from './outcome.ts';
import { printable } from './printable.ts';
import type { StarttlsProtocol } from './target.ts';

interface Step {
  /** The command, if it is ours to speak. */
  readonly send?: (localAddress: string) => string;
  /** The last line of the reply. Lines before it must match `more`. */
  readonly last: RegExp;
  readonly more?: RegExp;
  readonly good: RegExp;
}

interface Protocol {
  readonly steps: readonly Step[];
  readonly refused: Failure;
  readonly malformed: Failure;
}

const SMTP_REPLY = { last: /^[2-5]\d\d(?: |$)/, more: /^[2-5]\d\d-/ };
const POP3_REPLY = { last: /^(?:\+OK|-ERR)\b/, good: /^\+OK\b/ };

const PROTOCOLS: Readonly<Record<StarttlsProtocol, Protocol>> = {
  smtp: {
    steps: [
      { ...SMTP_REPLY, good: /^220/ },
      { ...SMTP_REPLY, good: /^250/, send: (own) => `EHLO ${isIPv6(own) ? `[IPv6:${own}]` : `[${own}]`}` },
      { ...SMTP_REPLY, good: /^220/, send: () => 'STARTTLS' },
    ],
    refused: 'smtp_code',
    malformed: 'smtp_protocol',
  },
  imap: {
    steps: [
      { last: /^\* (?:OK|PREAUTH|BYE)\b/i, good: /^\* OK\b/i },
      { last: /^k1 (?:OK|NO|BAD)\b/i, more: /^\* /, good: /^k1 OK\b/i, send: () => 'k1 STARTTLS' },
    ],
    refused: 'imap_status',
    malformed: 'imap_protocol',
  },
  pop3: {
    steps: [POP3_REPLY, { ...POP3_REPLY, send: () => 'STLS' }],
    refused: 'pop3_status',
    malformed: 'pop3_protocol',
  },
};

/**
 * Speaks up to the agreement to TLS and puts TLS on the connection; resolves to the secured socket. Rejects with a `Fault`
 * for a server that does not agree. When TLS itself fails, the exchange settles and the promise is left open.
 */
export async function agreeToTls(
  exchange: Exchange,
  to: Connecting,
  socket: Socket,
  by: StarttlsProtocol,
): Promise<TLSSocket> {
  const protocol = PROTOCOLS[by];
  const dialogue = new LineDialogue(socket, () => exchange.enter('transferMs'));
  for (const step of protocol.steps) {
    const isAgreement = step === protocol.steps.at(-1);
    if (step.send !== undefined) dialogue.send(step.send(socket.localAddress ?? ''));
    const line = await readLast(dialogue, step, protocol.malformed);
    if (!step.good.test(line)) throw new Fault(isAgreement ? 'starttls_refused' : protocol.refused, printable(line));
  }
  const unread = dialogue.release();
  if (unread > 0) {
    const seen = `${unread} bytes of plain text after the agreement to TLS`;
    throw new Fault(protocol.malformed, seen, 'TLS and nothing else');
  }
  return new Promise((resolve) => upgrade(exchange, to, socket, resolve));
}

async function readLast(dialogue: LineDialogue, step: Step, malformed: Failure): Promise<string> {
  for (;;) {
    const line = await dialogue.readLine();
    if (step.last.test(line)) return line;
    if (step.more === undefined || !step.more.test(line)) throw new Fault(malformed, printable(line));
  }
}
