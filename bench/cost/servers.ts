/**
 * The benchmark's targets, in a process of their own: HTTP, HTTPS, SMTP and IMAP over plain sockets, as cheap as can be,
 * so that they are never the limit. Each listens on several ports; what was served in full is counted by kind.
 */
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { makeCertificates } from '../../test/support/certificates.ts';
import type { Kind } from './kinds.ts';

export interface Serving {
  /** PEM of the authority behind the HTTPS server's certificate. */
  readonly ca: string;
  readonly ports: Readonly<Record<Kind, readonly number[]>>;
}

/** Connections from one address to one port are bounded by the ports of the client, so there are several. */
const PORTS_A_KIND = 16;
const BODY = 'x'.repeat(512);
const PAGE = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${BODY.length}\r\nconnection: close\r\n\r\n${BODY}`,
);
const SMTP_GREETING = Buffer.from('220 mail.bench.example ESMTP\r\n');
const SMTP_OFFERS = Buffer.from(
  '250-mail.bench.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n',
);
const SMTP_GOODBYE = Buffer.from('221 2.0.0 Bye\r\n');
const IMAP_GREETING = Buffer.from('* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE] ready.\r\n');
const IMAP_OFFERS = Buffer.from(
  '* CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE AUTH=PLAIN\r\nk1 OK Capability completed.\r\n',
);
const IMAP_GOODBYE = Buffer.from('* BYE Logging out\r\nk4 OK Logout completed.\r\n');
const LETTER_Q = 0x51;
const LETTER_L = 0x4c;

const served: Record<Kind, number> = { http: 0, https: 0, smtp: 0, imap: 0 };

function page(kind: Kind, socket: Socket): void {
  socket.on('error', () => {});
  socket.once('data', () => {
    served[kind] += 1;
    socket.end(PAGE);
  });
}

function dialogue(
  kind: Kind,
  socket: Socket,
  words: { greeting: Buffer; offers: Buffer; goodbye: Buffer; ends: (command: Buffer) => boolean },
): void {
  socket.setNoDelay();
  socket.on('error', () => {});
  socket.on('data', (command: Buffer) => {
    if (!words.ends(command)) {
      socket.write(words.offers);
      return;
    }
    served[kind] += 1;
    socket.end(words.goodbye);
  });
  socket.write(words.greeting);
}

const smtp = {
  greeting: SMTP_GREETING,
  offers: SMTP_OFFERS,
  goodbye: SMTP_GOODBYE,
  ends: (command: Buffer) => command[0] === LETTER_Q,
};
const imap = {
  greeting: IMAP_GREETING,
  offers: IMAP_OFFERS,
  goodbye: IMAP_GOODBYE,
  // `k4 LOGOUT`
  ends: (command: Buffer) => command[3] === LETTER_L,
};

const { ca, valid } = await makeCertificates();
const kinds: Readonly<Record<Kind, () => ReturnType<typeof createServer>>> = {
  http: () => createServer((socket) => page('http', socket)),
  https: () => createTlsServer({ ...valid, ALPNProtocols: ['http/1.1'] }, (socket) => page('https', socket)),
  smtp: () => createServer((socket) => dialogue('smtp', socket, smtp)),
  imap: () => createServer((socket) => dialogue('imap', socket, imap)),
};

async function listen(kind: Kind): Promise<number> {
  const server = kinds[kind]();
  server.on('tlsClientError', () => {});
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve);
  await promise;
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return address.port;
}

async function listenAll(kind: Kind): Promise<readonly number[]> {
  return await Promise.all(Array.from({ length: PORTS_A_KIND }, () => listen(kind)));
}

const serving: Serving = {
  ca,
  ports: {
    http: await listenAll('http'),
    https: await listenAll('https'),
    smtp: await listenAll('smtp'),
    imap: await listenAll('imap'),
  },
};
process.on('message', () => process.send?.(served));
process.on('disconnect', () => process.exit());
process.send?.(serving);
