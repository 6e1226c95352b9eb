/** A sample customer's web site. */
import { createServer } from 'node:http';
import type { Server } from 'node:net';
import type { SandboxBehaviour } from '../../config/sandbox-schema.ts';
import { IDLE_MS_MAX } from './listener.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function page(service: string, sentence: string): string {
  const name = service.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${name}</title>
<h1>${name}</h1>
<p>${sentence}
<p>This is a sample site that Kepil serves itself. It fails from time to time, as its script in the configuration
says under <code>sandbox</code>.
</html>
`;
}

/** An HTTP server that answers each request, whatever it asks for, as `behaviour` says when the request comes. */
export function createWebSite(service: string, behaviour: () => SandboxBehaviour): Server {
  const server = createServer((request, response) => {
    const now = behaviour();
    if (now === 'silent') return;
    if (now === 'down') {
      request.socket.destroy();
      return;
    }
    const [status, sentence] = now === 'up' ? [200, 'The site is up.'] : [503, 'The site cannot be served now.'];
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    response.end(page(service, sentence));
  });
  server.timeout = IDLE_MS_MAX;
  return server;
}
