/** A name server on loopback, over UDP and TCP on one port, that answers with whatever bytes the test makes of a question. */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';

export interface HostileNameServerScript {
  /** Datagrams to send back, `everyMs` apart; none: silence. */
  readonly datagrams?: (question: Buffer) => readonly Buffer[];
  readonly everyMs?: number;
  /** What to do with a question over TCP. Absent: nothing listens there. */
  readonly stream?: (question: Buffer, socket: Socket) => void;
}

export interface HostileNameServer {
  /** `address:port`. */
  readonly address: string;
  readonly port: number;
  /** Questions that came over UDP, and over TCP. */
  readonly asked: { udp: number; tcp: number };
  close(): Promise<void>;
}

export async function startHostileNameServer(script: HostileNameServerScript): Promise<HostileNameServer> {
  const asked = { udp: 0, tcp: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let heard = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      if (heard.length < 2 || heard.length < heard.readUInt16BE(0) + 2) return;
      asked.tcp += 1;
      script.stream?.(heard.subarray(2), socket);
      heard = Buffer.alloc(0);
    });
  });
  const datagrams = await bindBoth(server);
  const { port } = datagrams.address();
  if (script.stream === undefined) await new Promise((resolve) => server.close(resolve));
  datagrams.on('message', async (question, from) => {
    asked.udp += 1;
    for (const reply of script.datagrams?.(question) ?? []) {
      try {
        datagrams.send(reply, from.port, from.address);
      } catch {
        // Closed meanwhile.
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, script.everyMs ?? 0));
    }
  });
  return {
    address: `127.0.0.1:${port}`,
    port,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => datagrams.close(() => resolve()));
    },
  };
}

/** One port that is free for both. */
async function bindBoth(server: ReturnType<typeof createServer>): Promise<DatagramSocket> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(socket.address().port, '127.0.0.1', () => resolve(true));
    });
    if (isFree) return socket;
    socket.close();
  }
  throw new Error('no port was free for both UDP and TCP');
}

/** Header flags of a reply by response code, with more flags on demand. */
export const REPLY = 0x8180;
export const TRUNCATED = 0x0200;
export const AUTHENTIC = 0x0020;

export interface ReplyParts {
  readonly flags?: number;
  readonly id?: number;
  /** Instead of the question that was asked. */
  readonly question?: Buffer;
  readonly questions?: number;
  /** How many answers the header claims. */
  readonly claims?: number;
  readonly answers?: readonly Buffer[];
}

/** A reply to a question. */
export function replyTo(question: Buffer, parts: ReplyParts = {}): Buffer {
  const { flags = REPLY, answers = [] } = parts;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(parts.id ?? question.readUInt16BE(0), 0);
  header.writeUInt16BE(flags, 2);
  header.writeUInt16BE(parts.questions ?? 1, 4);
  header.writeUInt16BE(parts.claims ?? answers.length, 6);
  return Buffer.concat([header, parts.question ?? questionOf(question), ...answers]);
}

/** The bytes of the question section. */
export function questionOf(message: Buffer): Buffer {
  let at = 12;
  while ((message[at] ?? 0) > 0) at += 1 + (message[at] ?? 0);
  return message.subarray(12, at + 5);
}

/** A record, by default of the name that was asked for. */
export function record(type: number, data: Buffer, owner: Buffer = Buffer.of(0xc0, 12), length = data.length): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(300, 4);
  fixed.writeUInt16BE(length, 8);
  return Buffer.concat([owner, fixed, data]);
}

/** A name without compression. */
export function wireName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.of(label.length), Buffer.from(label, 'latin1')]),
    Buffer.of(0),
  ]);
}

/** With its length before it, as over TCP. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
