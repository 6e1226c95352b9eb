/**
 * A server on loopback that follows a script on each connection, and so can do what no decent server does: fall silent,
 * drip, flood, cut the connection at any step.
 */
import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Identity } from './certificates.ts';

export type Step =
  /** Sends these bytes at once. */
  | { readonly say: string | Buffer }
  /** Sends what it makes of what the last `hear` waited for. */
  | { readonly answer: (heard: string) => string }
  /** Answers whatever comes, again and again; an empty answer is none. */
  | { readonly always: (heard: string) => string }
  /** Waits until what came since the last such step matches. */
  | { readonly hear: RegExp }
  /** Sends one byte at a time, so many milliseconds apart. */
  | { readonly drip: string; readonly everyMs: number }
  /** Sends this over and over, as fast as it is taken, until the client goes away. */
  | { readonly flood: string | Buffer }
  /** Speaks TLS from here on, as the server. */
  | { readonly tls: Identity }
  /** Does nothing more, and keeps the connection open. */
  | 'silence'
  /** Closes with a reset (RST). */
  | 'reset'
  /** Closes in order (FIN). */
  | 'close';

export interface HostileServer {
  readonly port: number;
  /** What clients sent, by connection, as Latin-1; after TLS the decrypted bytes. */
  readonly heard: readonly string[];
  /** Connections that their client has not closed. */
  readonly open: number;
  close(): Promise<void>;
}

/** Listens on a port of `host` (default 127.0.0.1; 0: a free one). Rejects when the port is taken. */
export async function startHostileServer(
  script: readonly Step[],
  host = '127.0.0.1',
  port = 0,
): Promise<HostileServer> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection = heard.push('') - 1;
    const hold = (held: Socket) => {
      sockets.add(held);
      held.on('close', () => sockets.delete(held));
    };
    hold(socket);
    void follow(script, socket, {
      note: (text) => {
        heard[connection] += text;
      },
      replaced: (secured) => {
        // The TLS socket destroys the one below it; the other way round is not safe.
        sockets.delete(socket);
        hold(secured);
      },
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    heard,
    get open() {
      return [...sockets].filter((socket) => !socket.readableEnded && !socket.destroyed).length;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Connection {
  note(text: string): void;
  replaced(secured: Socket): void;
}

async function follow(script: readonly Step[], first: Socket, connection: Connection): Promise<void> {
  let socket = first;
  let unheard = '';
  let heard = '';
  let arrived = () => {};
  const listen = () => {
    socket.on('error', () => {});
    socket.on('close', () => arrived());
    socket.on('end', () => arrived());
    socket.on('data', (chunk: Buffer) => {
      unheard += chunk.toString('latin1');
      connection.note(chunk.toString('latin1'));
      arrived();
    });
  };
  const arrival = () =>
    new Promise<void>((resolve) => {
      arrived = resolve;
    });
  listen();
  for (const step of script) {
    if (socket.destroyed) return;
    if (step === 'silence') return;
    if (step === 'reset') return void first.resetAndDestroy();
    if (step === 'close') return void socket.end();
    if ('say' in step) {
      socket.write(step.say);
    } else if ('hear' in step) {
      while (!step.hear.test(unheard)) {
        if (socket.destroyed || socket.readableEnded) return void first.destroy();
        await arrival();
      }
      heard = unheard;
      unheard = '';
    } else if ('answer' in step) {
      socket.write(step.answer(heard));
    } else if ('always' in step) {
      while (!socket.destroyed && !socket.readableEnded) {
        if (unheard === '') {
          await arrival();
          continue;
        }
        const said = step.always(unheard);
        unheard = '';
        if (said !== '') socket.write(said);
      }
      return;
    } else if ('drip' in step) {
      for (const byte of Buffer.from(step.drip, 'latin1')) {
        if (socket.destroyed) return;
        socket.write(Buffer.of(byte));
        await new Promise((resolve) => setTimeout(resolve, step.everyMs));
      }
    } else if ('flood' in step) {
      while (!socket.destroyed && !socket.writableEnded) {
        if (!socket.write(step.flood)) {
          await new Promise<void>((resolve) => {
            arrived = resolve;
            socket.once('drain', resolve);
          });
        }
      }
      return;
    } else {
      socket.removeAllListeners('data');
      socket = new TLSSocket(socket, { isServer: true, ...step.tls });
      connection.replaced(socket);
      unheard = '';
      listen();
    }
  }
}
