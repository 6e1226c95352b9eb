/** What SMTP and IMAP probes share: the way to the first line, STARTTLS, and a goodbye that nothing depends on. */
import type { Socket } from 'node:net';
import { type Connecting, openPlain, openTls, upgrade } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import { parseHost } from './host.ts';
import { LineDialogue } from './line-dialogue.ts';
import type { Failure } from './outcome.ts';
import type { ProbeContext } from './probe-context.ts';
import { locate } from './resolve.ts';
import { failSocket } from './socket-fault.ts';
import type { ImapTarget, SmtpTarget } from './target.ts';

/** How long the reply to a goodbye is waited for. The target has served by then. */
const GOODBYE_MS = 1_000;

export interface MailSession {
  readonly exchange: Exchange;
  readonly dialogue: LineDialogue;
  /** Our own address on this connection. */
  readonly localAddress: string;
  /**
   * Puts TLS on the connection after the server agreed; bytes that it sent ahead end the probe with `injected`. When TLS
   * fails the exchange settles, and the promise with it is left open: nobody waits for it any more.
   */
  startTls(injected: Failure): Promise<LineDialogue>;
}

/**
 * Connects, then lets `converse` talk; what that throws, or its return, settles the exchange. Throws for a port that
 * cannot be.
 */
export function probeMail(
  exchange: Exchange,
  target: SmtpTarget | ImapTarget,
  context: ProbeContext,
  converse: (session: MailSession) => Promise<void>,
): void {
  const host = parseHost(target.host);
  if (host === null) {
    exchange.abandon('guard_refused', 'the host is neither a name nor an address');
    return;
  }
  if (!(target.port >= 1 && target.port <= 65_535)) throw new Error(`port: found ${target.port}, expected 1 to 65535`);
  locate(exchange, host, context, (address) => {
    const secureContext = () => context.trust.contextFor(exchange.request.trust);
    const failed = (error: Error) => failSocket(exchange, error);
    const to: Connecting = { address, port: target.port, host, secureContext, failed };
    const open = target.security === 'tls' ? openTls : openPlain;
    open(exchange, to, (socket) => {
      exchange.enter('firstByteMs');
      converse(createSession(exchange, to, socket)).then(
        () => exchange.succeed(),
        (thrown: unknown) => exchange.failWith(thrown),
      );
    });
  });
}

/** Says goodbye and waits a moment for the reply, so that the server's log shows an orderly end. */
export async function sayGoodbye(exchange: Exchange, dialogue: LineDialogue, command: string): Promise<void> {
  exchange.prove();
  const cancel = exchange.clock.after(GOODBYE_MS, () => exchange.succeed());
  dialogue.send(command);
  try {
    await dialogue.readLine();
  } catch {
    // However it goes, the target was proven before.
  }
  cancel();
}

function createSession(exchange: Exchange, to: Connecting, socket: Socket): MailSession {
  const dialogue = new LineDialogue(socket, () => exchange.enter('transferMs'));
  return {
    exchange,
    dialogue,
    localAddress: socket.localAddress ?? '',
    startTls: (injected) =>
      new Promise((resolve, reject) => {
        const unread = dialogue.release();
        if (unread > 0) {
          reject(
            new Fault(injected, `${unread} bytes of plain text after the reply to STARTTLS`, 'TLS and nothing else'),
          );
          return;
        }
        upgrade(exchange, to, socket, (secured) => {
          exchange.enter('transferMs');
          resolve(new LineDialogue(secured, () => {}));
        });
      }),
  };
}
