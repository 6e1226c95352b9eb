/** unbound as a machine's own recursive name server, over the private Internet of `startNamed`. */
import { createSocket } from 'node:dgram';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './port.ts';
import { type Server, serverFolder, startServer } from './server.ts';

export interface Unbound extends Server {
  readonly port: number;
  /** `address:port`. */
  readonly address: string;
}

/** Starts unbound, which asks the server on `rootPort` for everything. Lines of `more` go into its `server:` clause. */
export async function startUnbound(rootPort: number, more: readonly string[] = []): Promise<Unbound> {
  const folder = await serverFolder('unbound');
  const port = await freePort();
  await writeFile(
    join(folder, 'unbound.conf'),
    `server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  interface: 127.0.0.1
  port: ${port}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
  num-threads: 1
  module-config: "iterator"
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  infra-host-ttl: 0
  ${more.join('\n  ')}
remote-control:
  control-enable: no
stub-zone:
  name: "."
  stub-addr: 127.0.0.1@${rootPort}
  stub-prime: no
`,
  );
  const server = await startServer({
    program: 'unbound',
    args: ['-d', '-p', '-c', join(folder, 'unbound.conf')],
    folder,
    ready: () => answersDns(port),
  });
  return Object.assign(server, { port, address: `127.0.0.1:${port}` });
}

/** Whether a name server on loopback answers at all: a question for the name servers of the root. */
export function answersDns(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (yes: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(yes);
    };
    const timer = setTimeout(() => end(false), 500);
    socket.once('message', () => end(true));
    socket.once('error', () => end(false));
    socket.connect(port, '127.0.0.1', () => socket.send(Buffer.from('000101000001000000000000' + '0000020001', 'hex')));
  });
}
