/** `/probe` over loopback servers: what a hostile target, an impatient scrape and a curious reader get. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createPlainServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProbeEndpoint, startProbeEndpoint } from '../../support/probe-endpoint.ts';

const MODULES = `modules:
  secret:
    prober: http
    http: { basic_auth: { username: me, password: "\${TOKEN}" }, headers: { X-Token: "\${TOKEN}" }, body: "key=\${TOKEN}" }
  redos: { prober: http, timeout: 4s, http: { fail_if_body_not_matches_regexp: ["(a+)+$", "(.*a){20}", "^(a|aa)+b?$"] } }
  binary: { prober: http, http: { fail_if_body_matches_regexp: ["(?i)p[a-z]ss\\\\p{L}*x"] } }
  posted: { prober: http, http: { method: POST, body: secret } }
  brief: { prober: http, timeout: 200ms }
  mail: { prober: smtp, timeout: 2s }
`;

let ours: ProbeEndpoint;
const servers: { close(): unknown }[] = [];
beforeAll(async () => {
  ours = await startProbeEndpoint({ modules: MODULES });
});
afterAll(async () => {
  await ours[Symbol.asyncDispose]();
  for (const server of servers) server.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function sampleOf(query: Readonly<Record<string, string>>, series = 'probe_success'): Promise<number> {
  const text = await (await ours.ask(query)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

describe('a hostile page', () => {
  it('stalls nobody with an expression that backtracks', async () => {
    const target = await serve((_request, response) => response.end('a'.repeat(200_000).concat('!')));
    const began = performance.now();
    expect(await sampleOf({ module: 'redos', target })).toBe(0);
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  it('may hold any bytes', async () => {
    const noise = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 7_919) % 251));
    const target = await serve((_request, response) => response.end(Buffer.concat([noise, Buffer.from('PASSWORDx')])));
    expect(await sampleOf({ module: 'binary', target }, 'probe_failed_due_to_regex')).toBe(1);
  });

  it('is read as far as the bound, and no further', async () => {
    const target = await serve((_request, response) => {
      const part = Buffer.alloc(64 * 1024, 'x');
      const more = () => {
        while (response.write(part));
      };
      response.on('drain', more);
      more();
    });
    expect(await sampleOf({ module: 'binary', target }, 'probe_http_uncompressed_body_length')).toBeLessThanOrEqual(
      1024 * 1024,
    );
  });

  it('gets no line of its own into the metrics or the log', async () => {
    const target = await serve((_request, response) => {
      response.writeHead(302, { location: '/x%0Aprobe_success 1?\u00e9' }).end();
    });
    const metrics = await (await ours.ask({ target })).text();
    expect(metrics.match(/^probe_success .*$/gm)).toEqual(['probe_success 0']);
    const debug = await (await ours.ask({ target: `${target}\n\x1b[2J`, debug: 'true' })).text();
    expect(debug.match(/[^\x20-\x7e\n]/g)).toBeNull();
  });
});

describe('time', () => {
  it('ends with the module', async () => {
    const target = await serve(() => {});
    const began = performance.now();
    expect(await sampleOf({ module: 'brief', target })).toBe(0);
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  it('ends half a second before the scrape does', async () => {
    const target = await serve(() => {});
    const answer = await ours.ask({ target }, { 'x-prometheus-scrape-timeout-seconds': '0.8' });
    const [, seconds] = /^probe_duration_seconds (\S+)$/m.exec(await answer.text())!;
    expect(Number(seconds)).toBeGreaterThan(0.28);
    expect(Number(seconds)).toBeLessThan(0.7);
  });

  it('is one for all redirects together', async () => {
    const target = await serve((_request, response) => {
      setTimeout(() => response.writeHead(302, { location: '/' }).end(), 80);
    });
    const answer = await ours.ask({ module: 'brief', target });
    const [, seconds] = /^probe_duration_seconds (\S+)$/m.exec(await answer.text())!;
    expect(Number(seconds)).toBeLessThan(0.4);
  });

  it.each(['abc', '-1', '1e9', 'NaN'])('refuses the scrape time %s', async (seconds) => {
    const answer = await ours.ask({ target: 'x' }, { 'x-prometheus-scrape-timeout-seconds': seconds });
    expect(answer.status).toBe(400);
  });
});

describe('the guard', () => {
  it('refuses without a verdict, so that nobody takes the target for down', async () => {
    await using strict = await startProbeEndpoint({ allow: [] });
    for (const target of [
      'http://127.0.0.1/',
      'http://0x7f.1/',
      'http://169.254.169.254/',
      'http://[::ffff:10.0.0.1]/',
    ]) {
      const answer = await strict.ask({ target });
      expect([answer.status, await answer.text()]).toEqual([403, expect.stringMatching(/^guard_refused: /)]);
    }
    expect((await strict.ask({ target: '127.0.0.1:25', module: 'smtp' })).status).toBe(403);
  });

  it('holds a redirect to an address of ours against the target', async () => {
    const target = await serve((_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    });
    const text = await (await ours.ask({ target })).text();
    expect(text).toMatch(/^probe_success 0$/m);
    expect(text).toMatch(/^probe_http_status_code 0$/m);
  });

  it.each(['file:///etc/passwd', 'gopher://127.0.0.1/', 'http://user:pass@127.0.0.1/', 'http://', ' '])(
    'makes nothing of %j',
    async (target) => {
      expect(await sampleOf({ target })).toBe(0);
    },
  );
});

describe('secrets of a module', () => {
  it('go to the target, and neither to another origin nor into an answer', async () => {
    const seen: { authorization: string | undefined; token: string | string[] | undefined }[] = [];
    const note: RequestListener = (request, response) => {
      seen.push({ authorization: request.headers.authorization, token: request.headers['x-token'] });
      response.end();
    };
    const elsewhere = await serve(note);
    const target = await serve((request, response) => {
      seen.push({ authorization: request.headers.authorization, token: request.headers['x-token'] });
      // Some sites say it all again where they send people.
      const echo = `${request.headers.authorization} ${request.headers['x-token']}`;
      response.writeHead(302, { location: `${elsewhere}?${encodeURIComponent(echo)}` }).end();
    });
    const debug = await (await ours.ask({ module: 'secret', target, debug: 'true' })).text();
    const basic = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
    expect(seen[0]).toEqual({ authorization: basic, token: 'hunter2' });
    expect(seen[1]).toEqual({ authorization: undefined, token: undefined });
    expect(debug).toContain('Module configuration:');
    expect(debug).not.toContain('hunter2');
    expect(debug).not.toContain(basic.slice(6));
  });
});

describe('a body', () => {
  it('does not follow a redirect to another site', async () => {
    const bodies: string[] = [];
    const elsewhere = await serve((request, response) => {
      request.on('data', (chunk) => bodies.push(String(chunk)));
      response.end();
    });
    const target = await serve((_request, response) => response.writeHead(307, { location: elsewhere }).end());
    expect(await sampleOf({ module: 'posted', target })).toBe(0);
    expect(bodies).toEqual([]);
  });
});

describe('a mail server', () => {
  it('is told as the exporter tells a dialogue', async () => {
    const server = createPlainServer((socket) => {
      socket.on('error', () => {});
      socket.write('220 mail.example.kz\r\n');
      socket.on('data', (line) => socket.write(String(line).startsWith('QUIT') ? '221 bye\r\n' : '250 hello\r\n'));
    });
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const text = await (await ours.ask({ module: 'mail', target })).text();
    const names = [...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name);
    expect(names).toEqual([
      'probe_dns_lookup_time_seconds',
      'probe_duration_seconds',
      'probe_failed_due_to_regex',
      'probe_ip_addr_hash',
      'probe_ip_protocol',
      'probe_success',
    ]);
    expect(text).toMatch(/^probe_success 1$/m);
  });

  it.each(['host:0', 'host:99999', 'ho st:25', 'http://host/', '[::1:25', ''.padEnd(300, 'a')])(
    'makes nothing of %j',
    async (target) => {
      expect(await sampleOf({ module: 'mail', target })).toBe(0);
    },
  );
});
