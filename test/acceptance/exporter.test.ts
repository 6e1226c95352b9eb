/** `/probe` beside the exporter whose place it takes: same targets, same modules, same metrics. And a real Prometheus. */
import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createPlainServer, type Server as PlainServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type ProbeEndpoint, startProbeEndpoint } from '../support/probe-endpoint.ts';
import { type BlackboxExporter, startBlackboxExporter } from '../support/servers/blackbox-exporter.ts';
import { type Named, startNamed } from '../support/servers/named.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';
import { freePort } from '../support/servers/port.ts';
import { installed, programPath } from '../support/servers/program.ts';
import { startPrometheus } from '../support/servers/prometheus.ts';

const MODULES = `modules:
  http_2xx: { prober: http, timeout: 5s, http: { preferred_ip_protocol: ip4, enable_http2: false } }
  ip6: { prober: http, timeout: 5s, http: { enable_http2: false } }
  ip6_only: { prober: http, timeout: 5s, http: { enable_http2: false, ip_protocol_fallback: false } }
  hasty: { prober: http, timeout: 300ms, http: { preferred_ip_protocol: ip4, enable_http2: false } }
  post: { prober: http, timeout: 5s, http: { enable_http2: false, method: POST, body: "a=b", headers: { X-Custom: yes } } }
  head: { prober: http, timeout: 5s, http: { enable_http2: false, method: HEAD } }
  codes: { prober: http, timeout: 5s, http: { enable_http2: false, valid_status_codes: [404, 302] } }
  stay: { prober: http, timeout: 5s, http: { enable_http2: false, follow_redirects: false, valid_status_codes: [301] } }
  stay_older: { prober: http, timeout: 5s, http: { enable_http2: false, no_follow_redirects: true } }
  version_10: { prober: http, timeout: 5s, http: { enable_http2: false, valid_http_versions: [HTTP/1.0] } }
  version_11: { prober: http, timeout: 5s, http: { enable_http2: false, valid_http_versions: [HTTP/1.1, HTTP/2.0] } }
  ssl: { prober: http, timeout: 5s, http: { enable_http2: false, fail_if_not_ssl: true } }
  no_ssl: { prober: http, timeout: 5s, http: { enable_http2: false, fail_if_ssl: true } }
  any_certificate: { prober: http, timeout: 5s, http: { enable_http2: false, tls_config: { insecure_skip_verify: true } } }
  body_has: { prober: http, timeout: 5s, http: { enable_http2: false, fail_if_body_matches_regexp: ["(?i)START"] } }
  body_lacks: { prober: http, timeout: 5s, http: { enable_http2: false, fail_if_body_not_matches_regexp: ["^the", "Absent\\\\z"] } }
  body_good: { prober: http, timeout: 5s, http: { enable_http2: false, fail_if_body_not_matches_regexp: ["(?s)^the.*page"] } }
  header_has: { prober: http, timeout: 5s, http: { enable_http2: false, fail_if_header_matches: [{ header: server, regexp: nginx }] } }
  header_lacks: { prober: http, timeout: 5s, http: { enable_http2: false, fail_if_header_not_matches: [{ header: Server, regexp: apache }] } }
  header_missing: { prober: http, timeout: 5s, http: { enable_http2: false, fail_if_header_not_matches: [{ header: X-None, regexp: a }] } }
  header_may_miss: { prober: http, timeout: 5s, http: { enable_http2: false, fail_if_header_not_matches: [{ header: X-None, regexp: a, allow_missing: true }] } }
`;

const TCP_MODULES = `
  tcp_connect: { prober: tcp, timeout: 5s }
  tcp_tls: { prober: tcp, timeout: 5s, tcp: { tls: true } }
  tcp_tls_any: { prober: tcp, timeout: 5s, tcp: { tls: true, tls_config: { insecure_skip_verify: true } } }
  banner: { prober: tcp, timeout: 5s, tcp: { query_response: [{ expect: "^SSH-2.0-" }, { send: "SSH-2.0-check" }, { expect: "^heard SSH-2.0-check$" }] } }
  no_banner: { prober: tcp, timeout: 300ms, tcp: { query_response: [{ expect: "^220" }] } }
  ping: { prober: tcp, timeout: 5s, tcp: { query_response: [{ send: "NICK a" }, { expect: "^PING :(?P<word>[^ ]+)", send: "PONG $1-$word-$none-$$" }, { expect: "^heard PONG w-w--\\\\$" }] } }
  starttls: { prober: tcp, timeout: 5s, tcp: { query_response: [{ expect: "^220 ", send: "EHLO a" }, { expect: "^250[ -]STARTTLS", send: "STARTTLS" }, { expect: "^220" }, { starttls: true }, { send: "EHLO b" }, { expect: "^250 heard EHLO b" }] } }
  closing: { prober: tcp, timeout: 5s, tcp: { query_response: [{ send: BYE }, { expect: "^adieu" }] } }
  silent: { prober: tcp, timeout: 300ms, tcp: { query_response: [{ expect: "never" }] } }
`;

const ask = (query_name: string, query_type: string, more = {}) =>
  JSON.stringify({
    prober: 'dns',
    timeout: '3s',
    dns: { preferred_ip_protocol: 'ip4', query_name, query_type, ...more },
  });
const allLike = (regexp: string) => ({ fail_if_not_matches_regexp: [regexp] });
const raw = String.raw;

const OTHER_MODULES = `
  http2: { prober: http, timeout: 5s, http: { preferred_ip_protocol: ip4, valid_http_versions: [HTTP/2.0] } }
  icmp: { prober: icmp, timeout: 3s, icmp: { preferred_ip_protocol: ip4 } }
  icmp6_only: { prober: icmp, timeout: 3s, icmp: { ip_protocol_fallback: false } }
  tcp6_only: { prober: tcp, timeout: 3s, tcp: { ip_protocol_fallback: false } }
  dns6_only: ${ask('a.example', 'A', { preferred_ip_protocol: 'ip6', ip_protocol_fallback: false })}
  dns_a: ${ask('a.example', 'A')}
  dns_soa: ${ask('.', 'SOA', { validate_answer_rrs: allLike(raw`^\.\t0\tIN\tSOA\tns\. hostmaster\. 1 60 60 3600 0$`) })}
  dns_mx: ${ask('a.example', 'MX', { validate_answer_rrs: allLike(raw`^a\.example\.\t0\tIN\tMX\t10 mail\.example\.$`) })}
  dns_txt: ${ask('a.example', 'TXT', { validate_answer_rrs: allLike(raw`\tTXT\t"one \\"q\\" \\\\ \\001" "two"$`) })}
  dns_srv: ${ask('a.example', 'SRV', { validate_answer_rrs: allLike(raw`\tSRV\t10 5 5060 sip\.example\.$`) })}
  dns_caa: ${ask('a.example', 'CAA', { validate_answer_rrs: allLike(raw`\tCAA\t0 issue "ca\.example"$`) })}
  dns_aaaa: ${ask('a.example', 'AAAA', { validate_answer_rrs: allLike(raw`\tAAAA\t2001:db8::1$`) })}
  dns_none: ${ask('none.example', 'A')}
  dns_none_wanted: ${ask('none.example', 'SOA', { valid_rcodes: ['NXDOMAIN'] })}
  dns_broken: ${ask('broken.example', 'A')}
  dns_broken_wanted: ${ask('broken.example', 'A', { valid_rcodes: ['NOERROR', 'SERVFAIL'] })}
  dns_referral: ${ask('www.sub.example', 'A', {
    validate_authority_rrs: allLike(raw`^sub\.example\.\t0\tIN\tNS\tns\.sub\.example\.$`),
    validate_additional_rrs: allLike(raw`127\.0\.0\.9$`),
  })}
  dns_unwanted: ${ask('a.example', 'A', { validate_answer_rrs: { fail_if_matches_regexp: ['192.0.2.2'] } })}
  dns_not_each: ${ask('a.example', 'A', { validate_answer_rrs: allLike('192.0.2.2') })}
  dns_all: ${ask('a.example', 'A', { validate_answer_rrs: { fail_if_all_match_regexp: ['192.0.2'] } })}
  dns_not_all: ${ask('a.example', 'A', { validate_answer_rrs: { fail_if_all_match_regexp: ['192.0.2.2'] } })}
  dns_some: ${ask('a.example', 'A', { validate_answer_rrs: { fail_if_none_matches_regexp: ['x', '192.0.2.2'] } })}
  dns_nothing: ${ask('a.example', 'NS', { validate_answer_rrs: { fail_if_none_matches_regexp: ['.'] } })}
`;
const ZONE = [
  'a.example. A 192.0.2.1',
  'a.example. A 192.0.2.2',
  'a.example. AAAA 2001:db8::1',
  'a.example. MX 10 mail.example.',
  raw`a.example. TXT "one \"q\" \\ \001" "two"`,
  'a.example. SRV 10 5 5060 sip.example.',
  'a.example. CAA 0 issue "ca.example"',
  'sub.example. NS ns.sub.example.',
  'ns.sub.example. A 127.0.0.9',
];

/** Of a clock, or of a lookup: not the same twice. */
const MEASURED = /^probe_(?:duration|dns_lookup_time|http_duration|dns_duration|icmp_duration)_seconds/;

interface Text {
  /** `# HELP` and `# TYPE` lines. */
  readonly about: readonly string[];
  readonly samples: ReadonlyMap<string, number>;
}

function parse(text: string): Text {
  const lines = text.trimEnd().split('\n');
  const samples = lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => /^(\S+(?: [^}]*\})?.*) (\S+)$/.exec(line)!);
  return {
    about: lines.filter((line) => line.startsWith('#')),
    samples: new Map(samples.map(([, series = '', value]) => [series, Number(value)])),
  };
}

/** Speaks a little of several protocols, by what it is told; repeats the rest. */
function talk(socket: Socket, { valid }: Certificates): void {
  const answer = (to: Socket) => (chunk: Buffer) => {
    for (const line of String(chunk).split('\n').filter(Boolean)) {
      if (line === 'EHLO a') to.write('250-hello\r\n250 STARTTLS\r\n');
      else if (line === 'NICK a') to.write('NOTICE\r\nPING :w x\r\n');
      else if (line === 'BYE') to.end('so long');
      else if (line === 'STARTTLS') {
        to.removeAllListeners('data');
        to.write('220 go\r\n');
        const secured = new TLSSocket(to, { isServer: true, ...valid });
        secured.on('error', () => {});
        secured.on('data', (more) => secured.write(`250 heard ${String(more)}`));
      } else to.write(`heard ${line}\n`);
    }
  };
  socket.on('error', () => {});
  socket.on('data', answer(socket));
  socket.write('SSH-2.0-test\r\n220 mail\r\n');
}

const PROGRAMS = ['prometheus-blackbox-exporter', 'nginx', 'named', 'ping'];

describe.skipIf(!PROGRAMS.every(installed))('/probe beside the exporter', () => {
  let certificates: Certificates;
  let nginx: Nginx;
  let http2: Nginx;
  let named: Named;
  let theirs: BlackboxExporter;
  let ours: ProbeEndpoint;
  let odd: Server;
  let talker: PlainServer;
  const dead = { port: 0 };
  beforeAll(async () => {
    certificates = await makeCertificates();
    nginx = await startNginx({
      tls: certificates.valid,
      pages: { '/': 'the start page\n', '/deep/index.html': 'deep\n' },
    });
    http2 = await startNginx({ tls: certificates.valid, http2: true });
    named = await startNamed(ZONE);
    odd = createServer((request, response) => {
      const path = request.url ?? '/';
      if (path === '/loop') response.writeHead(302, { location: '/loop' }).end();
      else if (path === '/nowhere') response.writeHead(302).end('x');
      else if (path === '/see') response.writeHead(303, { location: '/echo' }).end();
      else if (path === '/again') response.writeHead(307, { location: '/echo' }).end();
      else if (path === '/ftp') response.writeHead(302, { location: 'ftp://127.0.0.1/' }).end();
      else if (path === '/dead') response.writeHead(302, { location: `http://127.0.0.1:${dead.port}/` }).end();
      else if (path === '/chunked') response.write('part one', () => response.end('part two'));
      else if (path === '/dated') {
        response.writeHead(200, { 'last-modified': 'Tue, 10 Mar 2026 07:00:00 GMT', 'x-a': 'b' }).end('dated');
      } else if (path === '/dated850') {
        response.writeHead(200, { 'last-modified': 'Tuesday, 10-Mar-26 07:00:00 GMT' }).end('dated');
      } else if (path === '/dated1970s') {
        response.writeHead(200, { 'last-modified': 'Tue Mar 10 07:00:00 2026' }).end('dated');
      } else if (path === '/short') {
        response.writeHead(200, { 'content-length': 50 });
        response.write('short', () => response.destroy());
      } else if (path === '/slow') response.write('half');
      else if (path === '/undated') response.writeHead(200, { 'last-modified': 'yesterday' }).end();
      else if (path === '/echo') {
        response.end(
          `${request.method} ${request.headers['x-custom'] ?? ''} ${request.headers['content-length'] ?? ''}`,
        );
      } else if (path === '/empty') response.writeHead(204).end();
      else response.writeHead(500).end('wrong');
    });
    await new Promise<void>((listening) => odd.listen(0, '127.0.0.1', listening));
    talker = createPlainServer((socket) => talk(socket, certificates));
    await new Promise<void>((listening) => talker.listen(0, '127.0.0.1', listening));
    dead.port = await freePort();
    theirs = await startBlackboxExporter(MODULES + TCP_MODULES + OTHER_MODULES, certificates.ca);
    ours = await startProbeEndpoint({ modules: MODULES + TCP_MODULES + OTHER_MODULES, ca: certificates.ca });
  });
  afterAll(async () => {
    await ours?.[Symbol.asyncDispose]();
    await theirs?.close();
    await nginx?.close();
    await http2?.close();
    await named?.close();
    odd?.close();
    talker?.close();
  });

  const targets = () => {
    const oddPort = (odd.address() as AddressInfo).port;
    return {
      plain: `http://127.0.0.1:${nginx.port}/`,
      schemeless: `127.0.0.1:${nginx.port}`,
      plainByName: `http://localhost:${nginx.port}/`,
      none: `http://127.0.0.1:${nginx.port}/none`,
      folder: `http://127.0.0.1:${nginx.port}/deep`,
      tls: `https://127.0.0.1:${nginx.tlsPort}/`,
      tlsByName: `https://localhost:${nginx.tlsPort}/`,
      plainOnTls: `http://127.0.0.1:${nginx.tlsPort}/`,
      tlsOnPlain: `https://127.0.0.1:${nginx.port}/`,
      dead: `http://127.0.0.1:${dead.port}/`,
      unknown: 'http://kepil-does-not-exist.invalid/',
      http2: `https://localhost:${http2.tlsPort}/`,
      named: `127.0.0.1:${named.port}`,
      'named by name': `localhost:${named.port}`,
      host: '127.0.0.1',
      'host by name': 'localhost',
      'unknown host': 'kepil-does-not-exist.invalid',
      'tcp talker': `127.0.0.1:${(talker.address() as AddressInfo).port}`,
      'tcp talker by name': `localhost:${(talker.address() as AddressInfo).port}`,
      'tcp nginx': `127.0.0.1:${nginx.port}`,
      'tcp tls': `localhost:${nginx.tlsPort}`,
      'tcp dead': `127.0.0.1:${dead.port}`,
      'tcp unknown': 'kepil-does-not-exist.invalid:25',
      'tcp without port': '127.0.0.1',
      ...Object.fromEntries(
        [
          'loop',
          'nowhere',
          'see',
          'again',
          'ftp',
          'dead',
          'chunked',
          'dated',
          'dated850',
          'dated1970s',
          'undated',
          'echo',
          'empty',
          'wrong',
          'short',
          'slow',
        ].map((path) => [`odd ${path}`, `http://127.0.0.1:${oddPort}/${path}`]),
      ),
    } as Readonly<Record<string, string>>;
  };

  const CASES: readonly (readonly [string, string])[] = [
    ...Object.keys({
      plain: 0,
      schemeless: 0,
      plainByName: 0,
      none: 0,
      folder: 0,
      tls: 0,
      tlsByName: 0,
      plainOnTls: 0,
      tlsOnPlain: 0,
      dead: 0,
      unknown: 0,
      'odd loop': 0,
      'odd nowhere': 0,
      'odd ftp': 0,
      'odd dead': 0,
      'odd chunked': 0,
      'odd dated': 0,
      'odd dated850': 0,
      'odd dated1970s': 0,
      'odd undated': 0,
      'odd short': 0,
      'odd empty': 0,
      'odd wrong': 0,
    }).map((target) => ['http_2xx', target] as const),
    ['ip6', 'plainByName'],
    ['ip6', 'plain'],
    ['ip6_only', 'plain'],
    ['hasty', 'odd slow'],
    ['post', 'odd echo'],
    ['post', 'odd see'],
    ['post', 'odd again'],
    ['head', 'plain'],
    ['codes', 'none'],
    ['codes', 'plain'],
    ['stay', 'folder'],
    ['stay_older', 'folder'],
    ['version_10', 'plain'],
    ['version_11', 'plain'],
    ['ssl', 'plain'],
    ['ssl', 'tls'],
    ['no_ssl', 'plain'],
    ['no_ssl', 'tls'],
    ['any_certificate', 'tls'],
    ['body_has', 'plain'],
    ['body_has', 'odd dated'],
    ['body_lacks', 'plain'],
    ['body_good', 'plain'],
    ['header_has', 'plain'],
    ['header_lacks', 'plain'],
    ['header_missing', 'plain'],
    ['header_may_miss', 'plain'],
    ['tcp_connect', 'tcp nginx'],
    ['tcp_connect', 'tcp dead'],
    ['tcp_connect', 'tcp unknown'],
    ['tcp_tls', 'tcp tls'],
    ['tcp_tls', 'tcp nginx'],
    ['tcp_tls_any', 'tcp tls'],
    ['banner', 'tcp talker'],
    ['no_banner', 'tcp nginx'],
    ['ping', 'tcp talker'],
    ['starttls', 'tcp talker by name'],
    ['closing', 'tcp talker'],
    ['silent', 'tcp talker'],
    ['http2', 'http2'],
    ['http2', 'tlsByName'],
    ['icmp', 'host'],
    ['icmp', 'host by name'],
    ['icmp', 'unknown host'],
    ['icmp6_only', 'host'],
    ['dns6_only', 'named'],
    ['tcp6_only', 'tcp nginx'],
    ['dns_a', 'named by name'],
    ['dns_a', 'unknown host'],
    ['dns_a', 'tcp dead'],
    ...[...OTHER_MODULES.matchAll(/^ {2}(dns_\w+):/gm)].map(([, module = '']) => [module, 'named'] as const),
  ];

  it.each(CASES)('says the same of module %s and target %s', async (module, name) => {
    const target = targets()[name]!;
    const query = new URLSearchParams({ module, target });
    const [their, our] = await Promise.all([
      fetch(`http://127.0.0.1:${theirs.port}/probe?${query}`),
      ours.ask({ module, target }),
    ]);
    expect([our.status, our.headers.get('content-type')]).toEqual([their.status, their.headers.get('content-type')]);
    const [theirText, ourText] = [await their.text(), await our.text()];
    const [expected, found] = [parse(theirText), parse(ourText)];
    expect(found.about).toEqual(expected.about);
    expect([...found.samples.keys()].toSorted()).toEqual([...expected.samples.keys()].toSorted());
    const plain = ({ samples }: Text) => [...samples].filter(([series]) => !MEASURED.test(series)).toSorted();
    expect(plain(found)).toEqual(plain(expected));
    for (const [series, value] of found.samples) {
      if (MEASURED.test(series)) expect(value, series).toBeLessThan(5);
    }
  });

  it('takes every record of the test’s zone for what the module of its type expects', async () => {
    const modules = [
      'soa',
      'mx',
      'txt',
      'srv',
      'caa',
      'aaaa',
      'none_wanted',
      'broken_wanted',
      'referral',
      'all',
      'some',
    ];
    const texts = modules.map(async (name) => {
      const reply = await ours.ask({ module: `dns_${name}`, target: targets().named! });
      return [name, parse(await reply.text()).samples.get('probe_success')];
    });
    expect(await Promise.all(texts)).toEqual(modules.map((name) => [name, 1]));
  });

  it.each([[{ module: 'none', target: 'x' }], [{ module: 'http_2xx' }]])(
    'refuses %j with the same status',
    async (query) => {
      const their = await fetch(`http://127.0.0.1:${theirs.port}/probe?${new URLSearchParams(query)}`);
      const our = await ours.ask(query);
      expect([our.status, await our.text()]).toEqual([their.status, await their.text()]);
    },
  );

  it.skipIf(!installed('promtool'))('passes promtool check metrics', async () => {
    const text = await (await ours.ask({ module: 'http_2xx', target: targets().tls! })).text();
    expect(execFileSync(programPath('promtool')!, ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('');
  });

  it.skipIf(!installed('prometheus'))('is scraped by Prometheus with the relabelling that users have', async () => {
    await using prometheus = await startPrometheus({
      scrape: [],
      scrapeInterval: '1s',
      jobs: [
        {
          job_name: 'blackbox',
          metrics_path: '/probe',
          params: { module: ['http_2xx'] },
          static_configs: [{ targets: [targets().plain!, targets().tls!, targets().none!] }],
          relabel_configs: [
            { source_labels: ['__address__'], target_label: '__param_target' },
            { source_labels: ['__param_target'], target_label: 'instance' },
            { target_label: '__address__', replacement: ours.address },
          ],
        },
      ],
    });
    const success = async (name: string) => {
      const [sample] = await prometheus.query(`probe_success{instance="${targets()[name]}"}`);
      return sample?.value;
    };
    await vi.waitFor(
      async () => {
        expect([await success('plain'), await success('tls'), await success('none')]).toEqual([1, 1, 0]);
      },
      { timeout: 10_000, interval: 200 },
    );
    // The rule that every set of alerts for the exporter has.
    expect(await prometheus.query('probe_ssl_earliest_cert_expiry - time() < 86400 * 30')).toEqual([]);
  });
});
