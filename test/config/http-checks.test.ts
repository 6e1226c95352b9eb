/** What a check of `http` says of its request and its reply, as values and as mistakes with their places. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the notation under test
import { describe, expect, it } from 'vitest';
import { configurationOf, problemsOf, SERVICES } from './folder.ts';

const SITE = 'id: home, http: "https://acme.kz/"';
const ENVIRONMENT = { TOKEN: 'abc.def', PASSWORD: 'hunter2', BROKEN: 'a\r\nX: y', NUL: 'a\0', SPACED: 'a b' };
const check = (fields: string) => ({ 'services/acme.yaml': SERVICES.replace(SITE, () => fields) });
/** `COLUMN FIELD: found ..., expected ...` of the one check, as it is printed. */
const printed = (message: string) =>
  `services/acme.yaml:9:${message.replace(' ', ': services[0].components.web.checks[0].')}`;

describe('a check of http', () => {
  it('becomes a target with all that was said', async () => {
    const { services } = await configurationOf(
      check(`${SITE}, contains: Hello, lacks: Fatal, json: { path: /a/0, equals: null },
        responseHeaders: { Content-Type: { contains: html }, X-A: present, X-B: { equals: c } }, method: POST,
        headers: { X-Key: "\${TOKEN}", Accept: text/html }, body: "{}", auth: { username: ops, password: "\${PASSWORD}" },
        redirects: { limit: 3 }, http2: true, ip: both`),
      ENVIRONMENT,
    );
    expect(services[0]?.checks[0]?.request).toEqual({
      target: {
        kind: 'http',
        url: 'https://acme.kz/',
        status: [{ from: 200, to: 399 }],
        contains: 'Hello',
        lacks: 'Fatal',
        json: { path: '/a/0', equals: null },
        responseHeaders: [{ name: 'content-type', contains: 'html' }, { name: 'x-a' }, { name: 'x-b', equals: 'c' }],
        method: 'POST',
        headers: [
          { name: 'x-key', value: 'abc.def' },
          { name: 'accept', value: 'text/html' },
        ],
        body: '{}',
        auth: { username: 'ops', password: 'hunter2' },
        redirects: { limit: 3, only: 'same-site' },
        http2: true,
      },
      timeoutMs: 10_000,
      ip: 'both',
    });
  });

  it.each([
    ['auth: { bearer: "${TOKEN}" }', { auth: { bearer: 'abc.def' } }],
    ['headers: { Cookie: "${TOKEN}" }', { headers: [{ name: 'cookie', value: 'abc.def' }] }],
    ['redirects: { limit: 1, only: any }', { redirects: { limit: 1, only: 'any' } }],
    ['json: { path: "", equals: true }', { json: { path: '', equals: true } }],
    ['json: { path: /a, equals: 1.5 }', { json: { path: '/a', equals: 1.5 } }],
  ])('with %s', async (fields, target) => {
    const { services } = await configurationOf(check(`${SITE}, ${fields}`), ENVIRONMENT);
    expect(services[0]?.checks[0]?.request.target).toMatchObject(target);
  });

  it.each([
    ['id: m, smtp: "mail.acme.kz:25", ip: 6', 6],
    ['id: m, imap: "mail.acme.kz:143", ip: any', 'any'],
    ['id: m, smtp: "[2001:db8::1]:25", ip: 6', 6],
    ['id: m, http: "http://192.0.2.1/", ip: 4', 4],
  ])('has, as any other kind, its family of addresses: %s', async (fields, ip) => {
    const { services } = await configurationOf(check(fields));
    expect(services[0]?.checks[0]?.request.ip).toBe(ip);
  });
});

describe('a mistake in a check of http', () => {
  it.each([
    ['json: { path: status, equals: 1 }', '75 json.path: found "status", expected a JSON pointer such as /status/db'],
    ['json: { path: /a~2, equals: 1 }', '75 json.path: found "/a~2", expected a JSON pointer such as /status/db'],
    ['json: { path: /a }', '67 json.equals: found nothing, expected a text, a number, true, false or null'],
    ['json: { path: /a, equals: [1] }', '87 json.equals: found a list, expected a text, a number, true, false or null'],
    ['json: /a', '67 json: found "/a", expected a mapping of path and equals'],
    [
      'responseHeaders: { X-A: yes }',
      '85 responseHeaders.X-A: found "yes", expected present, { equals: a text } or { contains: a text }',
    ],
    [
      'responseHeaders: { X-A: { equals: a, contains: b } }',
      '85 responseHeaders.X-A: found a mapping, expected present, { equals: a text } or { contains: a text }',
    ],
    [
      'responseHeaders: { "X A": present }',
      '80 responseHeaders: found "X A", expected the name of a header such as Accept-Language',
    ],
    [
      'responseHeaders: { X-A: present, x-a: present }',
      '94 responseHeaders: found "x-a", expected each header once, in whatever case',
    ],
    ['method: get', '69 method: found "get", expected GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS'],
    ['method: CONNECT', '69 method: found "CONNECT", expected GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS'],
    [
      'method: "GET / HTTP/1.1"',
      '69 method: found "GET / HTTP/1.1", expected GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS',
    ],
    [
      'method: "GET\\r\\nX: y"',
      '69 method: found "GET\\r\\nX: y", expected text on one line without control characters',
    ],
    [
      'headers: { "X-A\\r\\nX-B": c }',
      '72 headers: found "X-A\\r\\nX-B", expected the name of a header such as Accept-Language',
    ],
    [
      'headers: { X-A: "b\\r\\nX-C: d" }',
      '77 headers.X-A: found "b\\r\\nX-C: d", expected text on one line without control characters',
    ],
    [
      'headers: { X-A: "b\\0" }',
      '77 headers.X-A: found "b\\u0000", expected text on one line without control characters',
    ],
    [
      'headers: { X-A: "${BROKEN}" }',
      '77 headers.X-A: found "${BROKEN}", expected text on one line without control characters',
    ],
    [
      'headers: { X-A: сәлем }',
      '77 headers.X-A: found "сәлем", expected a text of at most 4096 characters of visible ASCII',
    ],
    [
      'headers: { X-A: " b" }',
      '77 headers.X-A: found " b", expected a text of at most 4096 characters of visible ASCII',
    ],
    ['headers: { X-A: 1 }', '77 headers.X-A: found 1, expected a text of visible ASCII'],
    ['headers: { Host: other.kz }', '72 headers: found "Host", expected a header that Kepil does not set itself'],
    [
      'headers: { Content-Length: "5" }',
      '72 headers: found "Content-Length", expected a header that Kepil does not set itself',
    ],
    [
      'headers: { transfer-encoding: chunked }',
      '72 headers: found "transfer-encoding", expected a header that Kepil does not set itself',
    ],
    [
      'headers: { Accept-Encoding: gzip }',
      '72 headers: found "Accept-Encoding", expected a header that Kepil does not set itself',
    ],
    [
      'headers: { Authorization: "Bearer hunter2" }',
      '87 headers.Authorization: found ***, expected a text taken from the environment such as ${PASSWORD}',
    ],
    [
      'headers: { COOKIE: "a=hunter2" }',
      '80 headers.COOKIE: found ***, expected a text taken from the environment such as ${PASSWORD}',
    ],
    ['headers: { A: b, a: c }', '78 headers: found "a", expected each header once, in whatever case'],
    ['headers: [a]', '70 headers: found a list, expected a mapping of header names'],
    ['method: POST, body: "a\\0b"', '81 body: found "a\\u0000b", expected text on one line without control characters'],
    ['body: hello', '67 body: found "hello", expected no body in a request of GET'],
    ['method: HEAD, body: hello', '81 body: found "hello", expected no body in a request of HEAD'],
    [
      'method: HEAD, contains: hello',
      '85 contains: found "hello", expected no contains with HEAD, whose reply has no body',
    ],
    [
      'method: HEAD, json: { path: /a, equals: 1 }',
      '81 json: found a mapping, expected no json with HEAD, whose reply has no body',
    ],
    ['auth: { username: ops }', '67 auth: found username, expected username and password, or bearer'],
    ['auth: {}', '67 auth: found none of them, expected username and password, or bearer'],
    [
      'auth: { username: ops, password: hunter2 }',
      '94 auth.password: found ***, expected a text taken from the environment such as ${PASSWORD}',
    ],
    [
      'auth: { bearer: hunter2 }',
      '77 auth.bearer: found ***, expected a text taken from the environment such as ${PASSWORD}',
    ],
    [
      'auth: { username: "o:ps", password: "${PASSWORD}" }',
      '79 auth.username: found "o:ps", expected a user name of at most 200 characters without a colon',
    ],
    [
      'auth: { bearer: "${SPACED}" }',
      '77 auth.bearer: found ***, expected a token of at most 4096 letters, digits and -._~+/ (with the environment filled in)',
    ],
    [
      'auth: { bearer: "${BROKEN}" }',
      '77 auth.bearer: found "${BROKEN}", expected text on one line without control characters',
    ],
    [
      'auth: { bearer: "${NUL}" }',
      '77 auth.bearer: found "${NUL}", expected text on one line without control characters',
    ],
    [
      'auth: { bearer: "${TOKEN}", username: ops }',
      '67 auth: found username and bearer, expected username and password, or bearer',
    ],
    [
      'auth: { bearer: "${TOKEN}" }, headers: { authorization: "${TOKEN}" }',
      '67 auth: found auth beside the header Authorization, expected one of them',
    ],
    ['redirects: 3', '72 redirects: found 3, expected a mapping of limit and only'],
    ['redirects: { limit: 11 }', '81 redirects.limit: found 11, expected a whole number from 0 to 10'],
    ['redirects: { limit: 1, only: http }', '90 redirects.only: found "http", expected same-site, https or any'],
    ['http2: maybe', '68 http2: found "maybe", expected true or false'],
    ['ip: 5', '65 ip: found 5, expected any, 4, 6 or both'],
    ['ip: "4"', '65 ip: found "4", expected any, 4, 6 or both'],
  ])('%s', async (fields, message) => {
    const problems = await problemsOf(check(`${SITE}, ${fields}`), ENVIRONMENT);
    expect(problems).toEqual([printed(message)]);
    expect(problems.join('\n')).not.toContain('hunter2');
  });

  it.each([
    ['id: m, smtp: "a.kz:25", lacks: x', '56 lacks: found "x", expected no lacks in a check of smtp'],
    [
      'id: m, imap: "a.kz:143", headers: { Host: x }',
      '59 headers: found a mapping, expected no headers in a check of imap',
    ],
    [
      'id: m, smtp: "a.kz:25", auth: { bearer: hunter2 }',
      '55 auth: found a mapping, expected no auth in a check of smtp',
    ],
    ['id: m, http: "http://192.0.2.1/", ip: 6', '63 ip: found 6, expected 4, the family of the address in http'],
    [
      'id: m, http: "http://[2001:db8::1]:8080/", ip: both',
      '72 ip: found "both", expected 6, the family of the address in http',
    ],
    ['id: m, imap: "192.0.2.1:143", ip: 6', '59 ip: found 6, expected 4, the family of the address in imap'],
    [
      'id: m, dns: acme.kz, ip: 6, servers: [192.0.2.53]',
      '50 ip: found 6, expected 4, the family of the address in servers',
    ],
    [
      'id: m, dns: acme.kz, ip: both, servers: ["2001:db8::53"]',
      '50 ip: found "both", expected 6, the family of the address in servers',
    ],
    [
      'id: m, dns: acme.kz, ip: 6, servers: ["192.0.2.53:5353"]',
      '50 ip: found 6, expected 4, the family of the address in servers',
    ],
    [
      'id: m, http: "file:///etc/passwd"',
      '38 http: found "file:///etc/passwd", expected an absolute URL with its scheme such as https://example.kz/',
    ],
    [
      'id: m, http: "javascript:alert(1)"',
      '38 http: found "javascript:alert(1)", expected an absolute URL with its scheme such as https://example.kz/',
    ],
    [
      'id: m, http: "http://a.kz/\\0"',
      '38 http: found "http://a.kz/\\u0000", expected text on one line without control characters',
    ],
    [
      'id: m, http: "http://a.kz/\\r\\nX: y"',
      '38 http: found "http://a.kz/\\r\\nX: y", expected text on one line without control characters',
    ],
    [
      'id: m, http: "http://a.kz/ x"',
      '38 http: found "http://a.kz/ x", expected an absolute URL with its scheme such as https://example.kz/',
    ],
    [
      'id: m, http: "http://root:hunter2@a.kz/"',
      '38 http: found "http://***@a.kz/", expected a URL without a user and a password',
    ],
    [
      'id: m, http: "http://root@a.kz/"',
      '38 http: found "http://***@a.kz/", expected a URL without a user and a password',
    ],
    [
      'id: m, http: "http://a.kz:0/"',
      '38 http: found "http://a.kz:0/", expected an absolute URL with its scheme such as https://example.kz/',
    ],
    [
      'id: m, http: "http://a..kz\\u202e/"',
      '38 http: found "http://a..kz\\u{202e}/", expected an absolute URL with its scheme such as https://example.kz/',
    ],
    [
      'id: m, http: "//a.kz/"',
      '38 http: found "//a.kz/", expected an absolute URL with its scheme such as https://example.kz/',
    ],
  ])('or of another kind: %s', async (fields, message) => {
    const problems = await problemsOf(check(fields), ENVIRONMENT);
    expect(problems).toEqual([printed(message)]);
    expect(problems.join('\n')).not.toContain('hunter2');
  });
});
