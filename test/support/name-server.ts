/** A DNS server on loopback (RFC 1035, UDP) that answers from a table and counts what it is asked. */
import { createSocket } from 'node:dgram';
import { isIPv4 } from 'node:net';

/** Addresses; or a response code; or no answer at all. */
export type Zone = Readonly<Record<string, readonly string[] | 'nxdomain' | 'servfail' | 'silence'>>;

export interface NameServer {
  /** `address:port`. */
  readonly address: string;
  /** `A name` or `AAAA name`, in the order asked. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 28: 'AAAA' };
const RESPONSE_CODES = { servfail: 2, nxdomain: 3 } as const;

/** Answers with a time to live of 300 s, so that a cache would show. Names that it does not hold get `nxdomain`. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const type = query.readUInt16BE(at + 1);
    const question = query.subarray(12, at + 5);
    const name = labels.join('.').toLowerCase();
    asked.push(`${TYPES[type]} ${name}`);
    const held = zone[name] ?? 'nxdomain';
    if (held === 'silence') return;
    const code = typeof held === 'string' ? RESPONSE_CODES[held] : 0;
    const addresses = typeof held === 'string' ? [] : held.filter((address) => isIPv4(address) === (type === 1));
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    socket.send(Buffer.concat([header, question, ...addresses.map((address) => record(type, address))]), from.port);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    close: () => new Promise((resolve) => socket.close(resolve)),
  };
}

function record(type: number, address: string): Buffer {
  const data = type === 1 ? Buffer.from(address.split('.').map(Number)) : bytesOfV6(address);
  const fixed = Buffer.alloc(12);
  fixed.writeUInt16BE(0xc00c, 0);
  fixed.writeUInt16BE(type, 2);
  fixed.writeUInt16BE(1, 4);
  fixed.writeUInt32BE(300, 6);
  fixed.writeUInt16BE(data.length, 10);
  return Buffer.concat([fixed, data]);
}

/** Of an address with one `::`. */
function bytesOfV6(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::').map((half) =>
    half
      .split(':')
      .filter((group) => group !== '')
      .map((group) => group.padStart(4, '0'))
      .join(''),
  );
  return Buffer.from(head.padEnd(32 - tail.length, '0') + tail, 'hex');
}
