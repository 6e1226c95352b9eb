/** InfluxDB 1.x with nothing but its HTTP API on loopback. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './port.ts';
import { respondsWell, type Server, serverFolder, startServer } from './server.ts';

export interface Influxdb extends Server {
  readonly port: number;
}

/** Starts influxd with an empty store; its data stays over `stop` and `start`. Throws when it does not start. */
export async function startInfluxdb(): Promise<Influxdb> {
  const folder = await serverFolder('influxdb');
  const port = await freePort();
  const file = join(folder, 'influxdb.conf');
  await writeFile(file, config(folder, { port, backupPort: await freePort() }));
  const server = await startServer({
    program: 'influxd',
    args: ['-config', file],
    folder,
    ready: () => respondsWell(`http://127.0.0.1:${port}/ping`),
  });
  return Object.assign(server, { port });
}

function config(folder: string, { port, backupPort }: { port: number; backupPort: number }): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${backupPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[continuous_queries]
  enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
`;
}
