/**
 * The fleet's targets, in a process of their own: HTTP, HTTPS, SMTP and IMAP on two sets of ports that answer at every
 * loopback address. One set lives; the other dies when it is told to. Over plain sockets, so that they cost little.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type Identity, makeSelfSigned } from '../../test/support/certificates.ts';

/** How the mortal set dies: its ports are closed, or they accept and never answer. */
export type Death = 'closed' | 'silent';

export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly smtp: number;
  readonly imap: number;
}

export interface Served {
  readonly alive: Ports;
  readonly mortal: Ports;
  /** PEM of the HTTPS servers' certificate, to be trusted. */
  readonly certificate: string;
}

export type ServersMessage =
  | { readonly kind: 'served'; readonly served: Served }
  | { readonly kind: 'died'; readonly from: number; readonly to: number }
  | { readonly kind: 'accepted'; readonly connections: number };

/** What the certificate speaks for; every name in it makes each handshake longer. */
export const HTTPS_ADDRESSES: readonly string[] = Array.from({ length: 8 }, (_, i) => `127.11.0.${i + 1}`);

const BODY = 'x'.repeat(512);
const PAGE = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${BODY.length}\r\nconnection: close\r\n\r\n${BODY}`,
);
const BACKLOG = 4_096;

let silent = false;
let connections = 0;

function serveHttp(socket: Socket): void {
  socket.once('data', () => socket.end(PAGE));
}

function serveSmtp(socket: Socket): void {
  socket.write('220 mail.example ESMTP\r\n');
  socket.on('data', (data) => {
    if (data.toString('latin1', 0, 4) === 'EHLO')
      socket.write('250-mail.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n');
    else socket.end('221 Bye\r\n');
  });
}

function serveImap(socket: Socket): void {
  socket.write('* OK ready\r\n');
  socket.on('data', (data) => {
    const [tag = '*', command] = data.toString('latin1').trim().split(' ');
    if (command === 'CAPABILITY') socket.write(`* CAPABILITY IMAP4rev1 STARTTLS\r\n${tag} OK done\r\n`);
    else socket.end(`* BYE\r\n${tag} OK done\r\n`);
  });
}

async function listen(server: Server): Promise<number> {
  server.listen({ host: '0.0.0.0', port: 0, backlog: BACKLOG });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function startSet(isMortal: boolean, identity: Identity): Promise<{ servers: Server[]; ports: Ports }> {
  const accept = (serve: (socket: Socket) => void) => (socket: Socket) => {
    connections += 1;
    socket.on('error', () => {});
    if (isMortal && silent) return;
    serve(socket);
  };
  const servers = [
    createServer({ noDelay: true }, accept(serveHttp)),
    createTlsServer({ ...identity, noDelay: true }, accept(serveHttp)),
    createServer({ noDelay: true }, accept(serveSmtp)),
    createServer({ noDelay: true }, accept(serveImap)),
  ];
  for (const server of servers) server.on('tlsClientError', () => {});
  const [http = 0, https = 0, smtp = 0, imap = 0] = await Promise.all(servers.map(listen));
  return { servers, ports: { http, https, smtp, imap } };
}

async function main(): Promise<void> {
  const say = (message: ServersMessage): void => {
    process.send?.(message);
  };
  const identity = await makeSelfSigned(HTTPS_ADDRESSES);
  const [alive, mortal] = await Promise.all([startSet(false, identity), startSet(true, identity)]);
  process.on('message', (order: { readonly kind: 'die'; readonly death: Death } | { readonly kind: 'count' }) => {
    if (order.kind === 'count') {
      say({ kind: 'accepted', connections });
      return;
    }
    const from = Date.now();
    if (order.death === 'silent') silent = true;
    else for (const server of mortal.servers) server.close();
    say({ kind: 'died', from, to: Date.now() });
  });
  process.on('disconnect', () => process.exit());
  say({ kind: 'served', served: { alive: alive.ports, mortal: mortal.ports, certificate: identity.cert } });
}

if (process.send) await main();
