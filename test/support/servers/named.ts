/** BIND as the one authoritative server of a small private Internet: it serves the root and everything below it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './port.ts';
import { type Server, serverFolder, startServer } from './server.ts';
import { answersDns } from './unbound.ts';

export interface Named extends Server {
  readonly port: number;
}

/**
 * Starts BIND with these lines of a zone file for the root, below a SOA and an NS of its own; names end with a dot. Nothing
 * may be cached, and of `broken.example` it knows only that it should know it: SERVFAIL. Throws when it does not start (see `startServer`).
 */
export async function startNamed(records: readonly string[]): Promise<Named> {
  const folder = await serverFolder('named');
  const port = await freePort();
  const zone = ['$TTL 0', '. SOA ns. hostmaster. 1 60 60 3600 0', '. NS ns.', 'ns. A 127.0.0.1', ...records, ''];
  await writeFile(join(folder, 'root.zone'), zone.join('\n'));
  await writeFile(
    join(folder, 'named.conf'),
    `options {
  directory "${folder}";
  pid-file none;
  session-keyfile "${folder}/session.key";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  minimal-responses yes;
};
controls { };
zone "." { type primary; file "root.zone"; };
zone "broken.example" { type primary; file "missing.zone"; };
`,
  );
  const server = await startServer({
    program: 'named',
    args: ['-g', '-n', '1', '-c', join(folder, 'named.conf')],
    folder,
    ready: () => answersDns(port),
  });
  return Object.assign(server, { port });
}
