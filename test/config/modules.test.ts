/** Modules of `/probe`: the exporter's file format, and the line of everything in it that Kepil does not do. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseGoDuration } from '../../src/config/go-duration.ts';
import { configurationOf, MAIN, problemsOf } from './folder.ts';

const ENV = { TOKEN: 'hunter2' };
const inline = (modules: string) => ({ 'kepil.yaml': `${MAIN}modules:\n${modules}` });
const inFile = (text: string) => ({ 'kepil.yaml': `${MAIN}modules: { file: blackbox.yml }\n`, 'blackbox.yml': text });

describe('modules', () => {
  it('are there without being written', async () => {
    const { modules } = await configurationOf();
    expect([...modules.keys()]).toEqual([
      'http_2xx',
      'http_post_2xx',
      'tcp_connect',
      'smtp',
      'smtp_starttls',
      'smtps',
      'imap',
      'imap_starttls',
      'imaps',
      'pop3',
      'pop3_starttls',
      'pop3s',
      'icmp',
    ]);
    expect(modules.get('http_post_2xx')).toMatchObject({ prober: 'http', method: 'POST', first: 6, fallback: true });
    expect(modules.get('imap_starttls')).toMatchObject({ prober: 'imap', security: 'starttls' });
  });

  it('come from a file in the exporter’s format, and from kepil.yaml over it', async () => {
    const { modules } = await configurationOf({
      'kepil.yaml': `${MAIN}modules: { file: blackbox.yml, both: { prober: imap } }\n`,
      'blackbox.yml': 'modules: { http_2xx: { prober: http, timeout: 1m30s }, both: { prober: http } }\n',
    });
    expect(modules.get('http_2xx')).toMatchObject({ prober: 'http', timeoutMs: 90_000 });
    expect(modules.get('both')).toMatchObject({ prober: 'imap' });
    expect(modules.has('http_post_2xx')).toBe(true);
  });

  it('become what is run', async () => {
    const { modules } = await configurationOf(
      inline(`  m:
    prober: http
    timeout: 5s
    http:
      preferred_ip_protocol: ip4
      ip_protocol_fallback: false
      valid_status_codes: [200, 301]
      valid_http_versions: [HTTP/1.1]
      method: POST
      headers: { X-A: b }
      body: c
      bearer_token: "\${TOKEN}"
      no_follow_redirects: true
      fail_if_ssl: true
      fail_if_header_matches: [{ header: Server, regexp: "(?i)x", allow_missing: true }]
      tls_config: { insecure_skip_verify: true }
`),
      ENV,
    );
    expect(modules.get('m')).toEqual({
      prober: 'http',
      timeoutMs: 5_000,
      first: 4,
      fallback: false,
      anyCertificate: true,
      statuses: [200, 301],
      versions: ['HTTP/1.1'],
      method: 'POST',
      headers: [{ name: 'X-A', value: 'b' }],
      body: 'c',
      authorization: 'Bearer hunter2',
      followRedirects: false,
      http2: true,
      failIfSsl: true,
      failIfNotSsl: false,
      failIfBodyMatches: [],
      failIfBodyNotMatches: [],
      failIfHeaderMatches: [{ header: 'server', regexp: '(?i)x', allowMissing: true }],
      failIfHeaderNotMatches: [],
    });
  });
});

describe('what is wrong with a module', () => {
  const http = (settings: string) => inline(`  m:\n    prober: http\n    http:\n      ${settings}\n`);

  it.each([
    [
      'proxy_url: "http://proxy:3128"',
      'kepil.yaml:10:18: modules.m.http.proxy_url: found "http://proxy:3128", expected nothing here: the target itself is dialled, past the guard',
    ],
    [
      'compression: gzip',
      'kepil.yaml:10:20: modules.m.http.compression: found "gzip", expected nothing here: the body is asked for as it is',
    ],
    [
      'valid_status_code: [200]',
      'kepil.yaml:10:7: modules.m.http: unknown key "valid_status_code", did you mean "valid_status_codes"?',
    ],
    [
      'fail_if_body_matches_regexp: ["(a"]',
      /^kepil\.yaml:10:37: modules\.m\.http\.fail_if_body_matches_regexp\[0\]: found "\(a", expected a regular expression in the syntax of RE2 \(.*missing closing \)/,
    ],
    ['fail_if_body_matches_regexp: ["(?=a)"]', /expected a regular expression in the syntax of RE2/],
    ['fail_if_body_matches_regexp: ["(a)\\\\1"]', /expected a regular expression in the syntax of RE2/],
    [
      'headers: { Host: example.kz }',
      'kepil.yaml:10:18: modules.m.http.headers: found "Host", expected no Host: Kepil writes it from the target itself',
    ],
    ['headers: { "a b": c }', /expected the name of a header$/],
    [
      'headers: { Authorization: "Bearer x" }',
      /^kepil\.yaml:10:33: .*Authorization: found \*\*\*, expected a text taken from the environment/,
    ],
    ['basic_auth: { username: a, password: b }', /password: found \*\*\*, expected a text taken from the environment/],
    ['bearer_token: hunter3', /bearer_token: found \*\*\*, expected a text taken from the environment/],
    [
      'authorization: { credentials: hunter3 }',
      /credentials: found \*\*\*, expected a text taken from the environment/,
    ],
    [
      'tls_config: { ca_file: ca.pem }',
      /found "ca\.pem", expected nothing here: authorities to trust are listed in probing\.trust/,
    ],
    ['enable_http2: 2', /expected true or false/],
    ['valid_status_codes: [20]', /expected a whole number from 100 to 599/],
  ])('has its line: %s', async (settings, expected) => {
    const [problem, ...rest] = await problemsOf(http(settings), ENV);
    expect(rest).toEqual([]);
    if (typeof expected === 'string') expect(problem).toBe(expected);
    else expect(problem).toMatch(expected);
    expect(problem).not.toContain('hunter3');
  });

  it.each([
    [
      '  m: { prober: http, smtp: {} }',
      /modules\.m\.smtp: found a mapping, expected no block of smtp in a module of http$/,
    ],
    ['  m: { prober: grpc }', /modules\.m\.prober: found "grpc", expected http, tcp, smtp, imap, pop3, dns or icmp$/],
    ['  m: { timeout: 5s }', /modules\.m\.prober: found nothing, expected http, tcp, smtp, imap, pop3, dns or icmp$/],
    ['  m: { prober: http, timeout: 5 }', /expected a duration such as 5s or 1m30s$/],
    ['  m: { prober: http, timeout: 300s }', /expected a duration from 1ms to 120s$/],
    [
      '  m: { prober: http, http: { follow_redirects: true, no_follow_redirects: true } }',
      /expected follow_redirects alone$/,
    ],
    [
      `  m: { prober: http, http: { bearer_token: "\${TOKEN}", authorization: { credentials: "\${TOKEN}" } } }`,
      /expected at most one of basic_auth, bearer_token, authorization$/,
    ],
    [
      '  m: { prober: dns, dns: { query_type: MX } }',
      /modules\.m: found a module of dns, expected dns with query_name in it$/,
    ],
    ['  m: { prober: dns }', /expected dns with query_name and query_type in it$/],
    ['  m: { prober: dns, dns: { query_name: a.kz, query_type: ANY } }', /found "ANY", expected A, AAAA, MX.* or PTR$/],
    [
      '  m: { prober: dns, dns: { query_name: a.kz, query_type: A, transport_protocol: tcp } }',
      /found "tcp", expected udp: TCP follows where an answer does not fit$/,
    ],
    [
      '  m: { prober: dns, dns: { query_name: a.kz, query_type: A, dns_over_tls: true } }',
      /expected false: Kepil asks over UDP$/,
    ],
    [
      '  m: { prober: dns, dns: { query_name: a.kz, query_type: A, valid_rcodes: [NONE] } }',
      /valid_rcodes\[0\]: found "NONE", expected NOERROR, FORMERR/,
    ],
    [
      '  m: { prober: dns, dns: { query_name: a.kz, query_type: A, validate_answer_rrs: { fail_if_matches_regexp: ["("] } } }',
      /fail_if_matches_regexp\[0\]: found "\(", expected a regular expression in the syntax of RE2/,
    ],
    ['  m: { prober: icmp, icmp: { payload_size: 100 } }', /expected nothing here: the system’s ping chooses it$/],
    [
      '  file: nowhere.yml',
      /modules\.file: found "nowhere\.yml", expected a file that can be read; nowhere\.yml is no file$/,
    ],
  ])('has its line: %s', async (text, expected) => {
    expect(await problemsOf(inline(`${text}\n`), ENV)).toEqual([expect.stringMatching(expected)]);
  });

  it('has its line in a file of the exporter’s too', async () => {
    const problems = await problemsOf(inFile('modules:\n  good: { prober: http }\n  old:\n    prober: grpc\n'));
    expect(problems).toEqual([
      'blackbox.yml:4:13: modules.old.prober: found "grpc", expected http, tcp, smtp, imap, pop3, dns or icmp',
    ]);
  });
});

describe('parseGoDuration', () => {
  it.each([
    ['5s', 5_000],
    ['1m30s', 90_000],
    ['1.5s', 1_500],
    ['250ms', 250],
    ['1h', 3_600_000],
  ])('reads %s', (text, ms) => {
    expect(parseGoDuration(text)).toBe(ms);
  });

  it.each(['', '5', 's', '5 s', '-5s', '5s!', '1d'])('refuses %j', (text) => {
    expect(() => parseGoDuration(text)).toThrow(/expected a duration such as 5s/);
  });
});

it('the shipped documentation shows modules that are right', async () => {
  const text = await readFile(new URL('../../docs/probe-endpoint.md', import.meta.url), 'utf8');
  const [, yaml = ''] = /```yaml\n(modules:\n.*?)```/s.exec(text) ?? [];
  expect(await problemsOf({ 'kepil.yaml': `${MAIN}${yaml}` }, { SHOP_TOKEN: 'x' })).toEqual([]);
  expect(yaml.length).toBeGreaterThan(100);
});
