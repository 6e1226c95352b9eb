/** The multi-target exporter that Prometheus users run, beside which ours is measured. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './port.ts';
import { respondsWell, type Server, serverFolder, startServer } from './server.ts';

export interface BlackboxExporter extends Server {
  readonly port: number;
}

/** Starts it with a module file and one authority to trust. Throws when it does not start (see `startServer`). */
export async function startBlackboxExporter(modules: string, ca: string): Promise<BlackboxExporter> {
  const folder = await serverFolder('blackbox');
  const port = await freePort();
  const file = join(folder, 'modules.yml');
  const authority = join(folder, 'ca.pem');
  await writeFile(file, modules);
  await writeFile(authority, ca);
  const server = await startServer({
    program: 'prometheus-blackbox-exporter',
    args: [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`],
    folder,
    env: { SSL_CERT_FILE: authority },
    ready: () => respondsWell(`http://127.0.0.1:${port}/-/healthy`),
  });
  return Object.assign(server, { port });
}
