/** nginx with a few fixed pages, plain and, when given a certificate, over TLS. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Identity } from '../certificates.ts';
import { freePort } from './port.ts';
import { answers, type Server, serverFolder, startServer } from './server.ts';

export interface NginxOptions {
  readonly tls?: Identity;
  /** Offers HTTP/2 on the TLS port. */
  readonly http2?: boolean;
  /** The only version of TLS that it speaks; default: what it is built with. */
  readonly tlsVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Text by path; `/` is the start page. Any other path is a 404. */
  readonly pages?: Readonly<Record<string, string>>;
}

export interface Nginx extends Server {
  readonly port: number;
  readonly tlsPort?: number;
}

/** Starts nginx with one worker on free loopback ports. Throws when it does not start (see `startServer`). */
export async function startNginx(options: NginxOptions = {}): Promise<Nginx> {
  const { tls, http2 = false, tlsVersion, pages = { '/': 'ok\n' } } = options;
  const folder = await serverFolder('nginx');
  const port = await freePort();
  const listen = [`listen 127.0.0.1:${port};`];
  let tlsPort: number | undefined;
  if (tls !== undefined) {
    tlsPort = await freePort();
    await writeFile(join(folder, 'tls.pem'), tls.cert);
    await writeFile(join(folder, 'tls.key'), tls.key, { mode: 0o600 });
    listen.push(
      `listen 127.0.0.1:${tlsPort} ssl${http2 ? ' http2' : ''};`,
      'ssl_certificate tls.pem;',
      'ssl_certificate_key tls.key;',
    );
  }
  if (tlsVersion !== undefined) listen.push(`ssl_protocols ${tlsVersion};`);
  for (const [path, text] of Object.entries(pages)) {
    const file = join(folder, 'pages', path === '/' ? 'index.html' : path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await writeFile(join(folder, 'nginx.conf'), config(listen));
  const server = await startServer({
    program: 'nginx',
    // -e: before it has read the config nginx would write to its compiled-in log.
    args: ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'],
    folder,
    ready: () => answers(port),
  });
  return Object.assign(server, { port, ...(tlsPort === undefined ? {} : { tlsPort }) });
}

function config(listen: readonly string[]): string {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
  return `daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events { worker_connections 512; }
http {
  ${scratch.join('\n  ')}
  access_log off;
  default_type text/html;
  server {
    ${listen.join('\n    ')}
    root pages;
  }
}
`;
}
