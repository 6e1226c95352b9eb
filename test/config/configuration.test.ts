import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { CONTRACT, configurationOf, inFolder, MAIN, read, SERVICES } from './folder.ts';

const START = Date.UTC(2025, 11, 31, 19);

describe('a service', () => {
  it('becomes facts and checks, with every default filled in', async () => {
    const { customers, services, defaultContract } = await configurationOf();
    expect(defaultContract).toBe('basic');
    expect(customers).toEqual([{ type: 'customer', id: 'c1', name: 'Acme', email: 'ops@acme.kz', locale: 'kk' }]);
    expect(services).toEqual([
      {
        fact: {
          type: 'service',
          id: 's1',
          customer: 'c1',
          components: { web: { checks: ['s1/web/home'], require: 'all', counts: true } },
        },
        lifecycle: [{ type: 'lifecycle', service: 's1', from: START, status: 'active' }],
        fees: [{ type: 'fee', service: 's1', from: START, monthly: { minor: 1_200_000n, currency: 'KZT' } }],
        checks: [
          {
            fact: {
              type: 'check',
              id: 's1/web/home',
              vantages: ['local'],
              intervalMs: MINUTE,
              maxGapMs: 3 * MINUTE,
              failures: 3,
              successes: 2,
              quorum: 'majority',
              boundary: 'midpoint',
            },
            request: {
              target: { kind: 'http', url: 'https://acme.kz/', status: [{ from: 200, to: 399 }] },
              timeoutMs: 10 * SECOND,
            },
            allow: [],
          },
        ],
      },
    ]);
  });

  it('keeps what it says itself', async () => {
    const { services } = await configurationOf({
      'services/acme.yaml': `
customers: [{ id: c1, name: Acme, email: ops@acme.kz, locale: kk }]
services:
  - id: s1
    customer: c1
    contract: basic
    plan: start
    server: web-7
    components:
      web:
        require: any
        counts: false
        checks:
          - { id: a, http: "HTTPS://Пример.қаз", status: "200-299,301", contains: Hello, interval: 30s, timeout: 5s,
              maxGap: 5m, failures: 4, successes: 1, quorum: 2, boundary: maximal }
          - { id: b, http: "http://acme.kz:8080/x?y=1", status: 204, interval: 5s }
      mail:
        require: 1
        checks:
          - { id: smtp, smtp: "mail.acme.kz:25", security: starttls }
          - { id: smtps, smtp: "mail.acme.kz:465" }
          - { id: imap, imap: "[2001:db8::1]:143" }
          - { id: pop3, pop3: "mail.acme.kz:110" }
          - { id: pop3s, pop3: "mail.acme.kz:995" }
`,
    });
    const [service] = services;
    expect(service?.fact).toMatchObject({
      contract: 'basic',
      plan: 'start',
      components: { web: { require: 'any', counts: false }, mail: { require: 1, counts: true } },
    });
    expect(service?.lifecycle).toEqual([]);
    const [a, b, ...mail] = service?.checks ?? [];
    expect(a?.fact).toMatchObject({
      intervalMs: 30 * SECOND,
      maxGapMs: 5 * MINUTE,
      failures: 4,
      successes: 1,
      quorum: 2,
      boundary: 'maximal',
    });
    expect(a?.group).toBe('web-7');
    expect(a?.request).toEqual({
      target: {
        kind: 'http',
        url: 'https://xn--e1afmkfd.xn--80ao21a/',
        status: [
          { from: 200, to: 299 },
          { from: 301, to: 301 },
        ],
        contains: 'Hello',
      },
      timeoutMs: 5 * SECOND,
    });
    expect(b?.request.target).toMatchObject({ status: [{ from: 204, to: 204 }] });
    // The default timeout of 10 s yields to the interval.
    expect(b?.request.timeoutMs).toBe(5 * SECOND);
    expect(mail.map((check) => check.request.target)).toEqual([
      { kind: 'smtp', host: 'mail.acme.kz', port: 25, security: 'starttls' },
      { kind: 'smtp', host: 'mail.acme.kz', port: 465, security: 'tls' },
      { kind: 'imap', host: '2001:db8::1', port: 143, security: 'plain' },
      { kind: 'pop3', host: 'mail.acme.kz', port: 110, security: 'plain' },
      { kind: 'pop3', host: 'mail.acme.kz', port: 995, security: 'tls' },
    ]);
  });

  it('gives mail checks who logs in, the parties of a mail, and both ends of a round trip', async () => {
    const files = {
      'services/acme.yaml': SERVICES.replace(
        /web: .*/,
        `mail:
        checks:
          - { id: smtp, smtp: "m.kz:587", security: starttls, username: u, password: "\${P}", sender: a@m.kz, recipient: b@m.kz }
          - { id: imap, imap: "m.kz:143", username: u, password: "\${P}", allowPlainTextPassword: true, inbox: true }
          - id: trip
            interval: 20m
            delivery:
              from: a@m.kz
              to: b@m.kz
              submission: { server: "m.kz:25" }
              mailbox: { server: "m.kz:993", username: b, password: "\${P}" }
`,
      ),
    };
    const { services } = await configurationOf(files, { P: 'hunter2' });
    const credentials = { username: 'u', password: 'hunter2' };
    const requests = (services[0]?.checks ?? []).map(({ request }) => request);
    expect(requests.map(({ target }) => target)).toEqual([
      {
        ...{ kind: 'smtp', host: 'm.kz', port: 587, security: 'starttls', credentials },
        ...{ sender: 'a@m.kz', recipient: 'b@m.kz' },
      },
      {
        ...{ kind: 'imap', host: 'm.kz', port: 143, security: 'plain', inbox: true },
        credentials: { ...credentials, inPlainText: true },
      },
      {
        kind: 'delivery',
        from: 'a@m.kz',
        to: 'b@m.kz',
        submission: { host: 'm.kz', port: 25, security: 'starttls' },
        mailbox: { host: 'm.kz', port: 993, security: 'tls', credentials: { username: 'b', password: 'hunter2' } },
        mark: 's1/mail/trip@local',
      },
    ]);
    // Mail takes its time: where nothing is said, five minutes.
    expect(requests.map(({ timeoutMs }) => timeoutMs)).toEqual([10 * SECOND, 10 * SECOND, 5 * MINUTE]);
    expect(JSON.stringify(services.map(({ checks }) => checks.map(({ fact }) => fact)))).not.toContain('hunter2');
  });
});

describe('the shared fate of a server', () => {
  const service = (id: string, more: string): string => `
  - id: ${id}
    customer: c1
    ${more}
    components:
      web: { checks: [{ id: home, http: 'http://acme.kz/' }] }
      mail: { checks: [{ id: smtp, smtp: 'mail.acme.kz:25' }] }`;
  const files = {
    'services/acme.yaml': `customers: [{ id: c1, name: Acme, email: ops@acme.kz, locale: ru }]
services:${['server: web-7', 'server: web-7\n    sharedFate: false', 'plan: alone'].map((more, n) => service(`s${n}`, more)).join('')}
`,
  };
  const fatesIn = async (all: Readonly<Record<string, string>>) =>
    (await configurationOf(all)).services.map(({ checks }) => checks.map(({ fate }) => fate));

  it('is shared by its checks of one kind, and not by a service that is left out', async () => {
    expect(await fatesIn(files)).toEqual([
      ['web-7/http', 'web-7/smtp'],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('is shared by nobody where it is turned off', async () => {
    const off = await fatesIn({ ...files, 'kepil.yaml': `${MAIN}probing: { sharedFate: false }\n` });
    expect(off.flat().every((fate) => fate === undefined)).toBe(true);
  });
});

it('builds targets of the network: TLS, DNS, TCP and ICMP', async () => {
  const lines = [
    'tls: "acme.kz:443", daysLeft: 14, minVersion: TLSv1.3',
    'tls: "acme.kz:25", starttls: smtp',
    'dns: acme.kz',
    'dns: Acme.KZ., record: MX, answers: ["010 Mail.acme.kz."], match: exactly, servers: [192.0.2.53], dnssec: true',
    'dns: gone.acme.kz, nxdomain: true',
    'dns: 192.0.2.1, record: PTR, answers: [acme.kz], match: any',
    'tcp: "acme.kz:6379", security: tls, send: PING\\r\\n, expect: +PONG',
    'tcp: "acme.kz:22"',
    'icmp: acme.kz',
  ].map((line, index) => `{ id: n${index}, ${line} }`);
  const { services } = await configurationOf({
    'services/acme.yaml': SERVICES.replace('{ id: home, http: "https://acme.kz/" }', () => lines.join(', ')),
  });
  expect(services[0]?.checks.map((check) => check.request.target)).toEqual([
    { kind: 'tls', host: 'acme.kz', port: 443, daysLeft: 14, minVersion: 'TLSv1.3' },
    { kind: 'tls', host: 'acme.kz', port: 25, starttls: 'smtp', minVersion: 'TLSv1.2' },
    { kind: 'dns', name: 'acme.kz', type: 'A', dnssec: false, expect: { kind: 'some' } },
    {
      kind: 'dns',
      name: 'acme.kz',
      type: 'MX',
      dnssec: true,
      servers: ['192.0.2.53'],
      expect: { kind: 'exactly', answers: ['10 mail.acme.kz'] },
    },
    { kind: 'dns', name: 'gone.acme.kz', type: 'A', dnssec: false, expect: { kind: 'nxdomain' } },
    {
      kind: 'dns',
      name: '1.2.0.192.in-addr.arpa',
      type: 'PTR',
      dnssec: false,
      expect: { kind: 'any', answers: ['acme.kz'] },
    },
    { kind: 'tcp', host: 'acme.kz', port: 6379, tls: true, send: 'PING\r\n', expect: '+PONG' },
    { kind: 'tcp', host: 'acme.kz', port: 22, tls: false },
    { kind: 'icmp', host: 'acme.kz' },
  ]);
});

describe('the canaries', () => {
  it('are targets with a short deadline of their own, of which one must answer', async () => {
    const { probing } = await configurationOf({
      'kepil.yaml': `${MAIN}probing:
  allow: [10.0.0.0/8]
  canaries: { targets: [{ id: a, http: "https://example.net/", contains: hi }, { id: b, smtp: "mx.example.org:25", timeout: 1s }] }
`,
    });
    expect(probing.canaries).toEqual({
      need: 1,
      intervalMs: MINUTE,
      canaries: [
        {
          request: {
            target: { kind: 'http', url: 'https://example.net/', status: [{ from: 200, to: 399 }], contains: 'hi' },
            timeoutMs: 3 * SECOND,
          },
          allow: ['10.0.0.0/8'],
        },
        {
          request: { target: { kind: 'smtp', host: 'mx.example.org', port: 25, security: 'plain' }, timeoutMs: SECOND },
          allow: ['10.0.0.0/8'],
        },
      ],
    });
  });
});

describe('proposals of exclusions', () => {
  it('need the addresses of the provider, and are accepted by nobody unless that is written', async () => {
    const proposals = async (text: string) => (await configurationOf({ 'kepil.yaml': MAIN + text })).proposals;
    const provider = 'provider: { addresses: [203.0.113.0/24, "2001:db8::/32"] }\n';
    const addresses = ['203.0.113.0/24', '2001:db8::/32'];
    expect(await proposals('')).toBeUndefined();
    expect(await proposals(provider)).toEqual({ addresses, autoAccept: [] });
    const autoAccept = ['dns-propagation'];
    expect(await proposals(`${provider}exclusions: { autoAccept: [dns-propagation] }\n`)).toEqual({
      addresses,
      autoAccept,
    });
  });

  it('may have a witness, which is asked for ten seconds unless that is written', async () => {
    const witness = 'witness: { url: "http://10.0.0.5:9115/probe", modules: { http: http_2xx, smtps: tcp_tls } }';
    const { proposals } = await configurationOf({ 'kepil.yaml': `${MAIN}provider: { ${witness} }\n` });
    expect(proposals).toEqual({
      addresses: [],
      autoAccept: [],
      witness: {
        url: 'http://10.0.0.5:9115/probe',
        timeoutMs: 10 * SECOND,
        modules: { http: 'http_2xx', smtps: 'tcp_tls' },
      },
    });
  });

  it('may know the provider’s page for blocked services, which checks of http look for and canaries do not', async () => {
    const provider = `provider:
  blockPages:
    - { status: 403, text: "Бұғатталған" }
    - { location: "https://Provider.example/suspended", headers: { X-State: { equals: blocked }, Via: present } }
probing: { canaries: { targets: [{ id: a, http: "https://example.net/" }] } }
`;
    const services = SERVICES.replace(
      'checks: [{ id: home, http: "https://acme.kz/" }]',
      'checks: [{ id: home, http: "https://acme.kz/" }, { id: smtp, smtp: "mail.acme.kz:25" }]',
    );
    const configuration = await configurationOf({ 'kepil.yaml': MAIN + provider, 'services/acme.yaml': services });
    const [home, smtp] = configuration.services[0]?.checks ?? [];
    expect(home?.request.blockPages).toEqual([
      { status: [{ from: 403, to: 403 }], text: 'Бұғатталған' },
      {
        location: 'https://provider.example/suspended',
        headers: [{ name: 'x-state', equals: 'blocked' }, { name: 'via' }],
      },
    ]);
    expect(smtp?.request).not.toHaveProperty('blockPages');
    expect(configuration.probing.canaries?.canaries[0]?.request).not.toHaveProperty('blockPages');
    expect(configuration.proposals).toEqual({ addresses: [], autoAccept: [] });
  });
});

describe('the main file', () => {
  it('gives settings with their defaults', async () => {
    const configuration = await configurationOf();
    expect(isAbsolute(configuration.journal.path)).toBe(true);
    expect(configuration).toMatchObject({
      listen: { host: '127.0.0.1', port: 9300 },
      vantage: 'local',
      probing: {
        allow: [],
        trust: [],
        limits: { perServer: 8, inFlight: 30_000, extra: 1 },
        jitter: { part: 0.1, seed: 1 },
      },
      statements: { sendOnDay: 1, atMs: 9 * HOUR },
    });
    expect(configuration).not.toHaveProperty('mail');
    expect(configuration).not.toHaveProperty('influx');
    expect(configuration).not.toHaveProperty('sandbox');
  });

  it('gives its defaults and ranges to the checks', async () => {
    const { services } = await configurationOf({
      'kepil.yaml': `${MAIN}vantage: almaty\nprobing: { allow: [10.20.0.0/16], defaults: { interval: 2m, failures: 5 } }\n`,
    });
    const check = services[0]?.checks[0];
    expect(check?.allow).toEqual(['10.20.0.0/16']);
    expect(check?.fact).toMatchObject({
      vantages: ['almaty'],
      intervalMs: 2 * MINUTE,
      maxGapMs: 6 * MINUTE,
      failures: 5,
    });
  });

  it('says where mail and samples go', async () => {
    const { mail, influx } = await configurationOf(
      {
        'kepil.yaml': `${MAIN}mail: { relay: "smtp://relay.kz:25", from: "SLA <sla@acme.kz>", username: u, password: "\${MAIL}" }\ninflux: { url: "http://127.0.0.1:8086", database: kepil }\n`,
      },
      { MAIL: 'hunter2' },
    );
    expect(mail?.relay.reveal()).toBe('smtp://relay.kz:25');
    expect(mail?.from).toBe('SLA <sla@acme.kz>');
    expect(mail?.credentials?.password.reveal()).toBe('hunter2');
    expect(influx).toEqual({ url: 'http://127.0.0.1:8086/', database: 'kepil' });
  });
});

describe('the sandbox', () => {
  const SANDBOX = `sandbox:
  customers:
    - id: toy
      name: Toy
      email: toy@sandbox.example
      locale: en
      monthlyFee: { amount: "100.00", currency: KZT }
      web: { port: 9311, script: "up 60s, down 45s" }
      mail: { smtpPort: 9312, imapPort: 9313, script: "silent 1m" }
`;

  it('becomes a customer, a service, its checks on loopback and sites to serve', async () => {
    const { customers, services, sandbox } = await configurationOf({ 'kepil.yaml': MAIN + SANDBOX });
    expect(customers.map(({ id }) => id)).toEqual(['c1', 'toy']);
    const service = services[1];
    expect(service?.fact).toMatchObject({ id: 'toy', customer: 'toy' });
    expect(service?.lifecycle).toEqual([{ type: 'lifecycle', service: 'toy', from: START, status: 'active' }]);
    expect(service?.checks.map(({ fact }) => fact.id)).toEqual(['toy/web/home', 'toy/mail/smtp', 'toy/mail/imap']);
    for (const { fact, request } of service?.checks ?? []) {
      expect(fact).toMatchObject({ intervalMs: 2 * SECOND, maxGapMs: 30 * SECOND });
      expect(request.timeoutMs).toBe(SECOND);
    }
    expect(service?.checks[0]?.request.target).toMatchObject({ url: 'http://127.0.0.1:9311/' });
    expect(sandbox?.sites).toEqual([
      {
        service: 'toy',
        component: 'web',
        ports: { http: 9311 },
        script: [
          { behaviour: 'up', durationMs: MINUTE },
          { behaviour: 'down', durationMs: 45 * SECOND },
        ],
      },
      {
        service: 'toy',
        component: 'mail',
        ports: { smtp: 9312, imap: 9313 },
        script: [{ behaviour: 'silent', durationMs: MINUTE }],
      },
    ]);
  });

  it('opens loopback to its own checks only', async () => {
    const { services, probing } = await configurationOf({ 'kepil.yaml': MAIN + SANDBOX });
    expect(probing.allow).toEqual([]);
    expect(services.map(({ checks }) => checks[0]?.allow)).toEqual([[], ['127.0.0.0/8']]);
  });
});

describe('the digest', () => {
  it('changes with any file and with nothing else', async () => {
    const files = { 'kepil.yaml': `${MAIN}mail: { relay: "\${RELAY}", from: sla@acme.kz }\n` };
    const first = await configurationOf(files, { RELAY: 'smtp://a.kz' });
    const otherEnvironment = await configurationOf(files, { RELAY: 'smtp://b.kz' });
    const otherFile = await configurationOf(
      { ...files, 'services/acme.yaml': `${SERVICES}# more\n` },
      { RELAY: 'smtp://a.kz' },
    );
    expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(otherEnvironment.digest).toBe(first.digest);
    expect(otherFile.digest).not.toBe(first.digest);
  });
});

describe('a contract', () => {
  it('has editions, tiers and working hours as data', async () => {
    const second = CONTRACT.slice(CONTRACT.indexOf('  - name'))
      .replace('name: first', 'name: second\n    from: 2026-07-01T00:00:00+05:00')
      .replace(
        'hourly: { share: 1%, hours: exact }',
        'tiers: [{ below: 99.8%, share: 5% }, { below: 99%, share: 25% }]',
      )
      .replace(
        'low: { response: 4h,',
        'low: { workingHours: { hours: "10:00-19:00", weekdays: [mon, sun] }, response: 4h,',
      );
    const { contracts } = await configurationOf({ 'contracts/basic.yaml': CONTRACT + second });
    expect(contracts[0]?.editions.map(({ name, from }) => [name, from])).toEqual([
      ['first', undefined],
      ['second', Date.UTC(2026, 5, 30, 19)],
    ]);
    expect(contracts[0]?.editions[1]?.credit.scheme).toEqual({
      kind: 'tiered',
      tiers: [
        { below: { numerator: 998n, denominator: 1000n }, share: { numerator: 5n, denominator: 100n } },
        { below: { numerator: 99n, denominator: 100n }, share: { numerator: 25n, denominator: 100n } },
      ],
    });
    expect(contracts[0]?.editions[1]?.requests.low.clock).toEqual({
      kind: 'working-hours',
      hours: { startMs: 10 * HOUR, endMs: 19 * HOUR },
      weekdays: [1, 7],
      holidays: [],
    });
  });
});

describe('the shipped configuration', () => {
  it('loads with an empty environment', async () => {
    const result = await read('config/kepil.yaml');
    expect(result.ok).toBe(true);
  });

  it('holds the agreement of 17.02.2026, number by number', async () => {
    const result = await read('config/kepil.yaml');
    const contract = result.ok ? result.configuration.contracts.find(({ id }) => id === 'ps-builder') : undefined;
    expect(contract).toMatchObject({ id: 'ps-builder', offsetMinutes: 300, currency: 'KZT' });
    const edition = contract?.editions[0];
    expect(contract?.editions).toHaveLength(1);
    expect(edition).not.toHaveProperty('from');
    expect(edition).toMatchObject({
      name: '17.02.2026',
      target: { numerator: 998n, denominator: 1000n },
      tally: 'calendar',
      plannedWork: { quietHours: [{ startMs: HOUR, endMs: 6 * HOUR }], leadMs: 48 * HOUR, clause: '7.1' },
      credit: {
        scheme: { kind: 'hourly', perHour: { numerator: 1n, denominator: 100n }, hours: 'exact' },
        cap: { numerator: 100n, denominator: 100n },
        mode: 'on-claim',
      },
      requests: {
        high: { responseMs: HOUR, resolutionMs: 8 * HOUR, clock: { kind: 'always' } },
        medium: { responseMs: 2 * HOUR, resolutionMs: 24 * HOUR, clock: { kind: 'always' } },
        low: { responseMs: 4 * HOUR, resolutionMs: 72 * HOUR },
      },
      lifecycle: { restoreDays: 7, fullRefundDays: 14, settlementWorkingDays: 15 },
    });
    expect(edition?.exclusions.map(({ id }) => id)).toEqual([
      'force-majeure',
      'customer',
      'third-party-software',
      'network',
      'dns-propagation',
    ]);
    expect(edition?.notices.filter(({ asItHappens }) => asItHappens).map(({ kind }) => kind)).toEqual(['incident']);
    expect(edition?.notices.map(({ kind, leadMs, clause }) => [kind, leadMs, clause])).toEqual([
      ['planned-work', 48 * HOUR, '7.1'],
      ['configuration-change', 48 * HOUR, '6.3'],
      ['platform-move', 30 * DAY, '3.5'],
      ['over-use', 0, '5.4'],
      ['incident', 0, '7.1'],
    ]);
    expect(edition?.requests.low.clock).toMatchObject({
      kind: 'working-hours',
      hours: { startMs: 10 * HOUR, endMs: 19 * HOUR },
      weekdays: [1, 2, 3, 4, 5],
    });
  });

  it('gives a day off in lieu of every civil holiday on a weekend', async () => {
    const result = await read('config/kepil.yaml');
    const clock = result.ok
      ? result.configuration.contracts.find(({ id }) => id === 'ps-builder')?.editions[0]?.requests.low.clock
      : undefined;
    const holidays = clock?.kind === 'working-hours' ? clock.holidays : [];
    const onWeekend = (date: string) => Temporal.PlainDate.from(date).dayOfWeek > 5;
    const civil = [
      '01-01',
      '01-02',
      '03-08',
      '03-21',
      '03-22',
      '03-23',
      '05-01',
      '05-07',
      '05-09',
      '07-06',
      '08-30',
      '10-25',
      '12-16',
    ];
    for (const year of ['2026', '2027']) {
      const days = holidays.filter((date) => date.startsWith(year));
      expect(days).toEqual([...new Set(days)].sort());
      expect(days).toEqual(expect.arrayContaining(civil.map((day) => `${year}-${day}`)));
      const inLieu = days.filter(
        (date) => !civil.includes(date.slice(5)) && !date.endsWith('01-07') && !onWeekend(date),
      );
      // Kurban Ait is a day off where it falls: a working day in 2026, a Sunday in 2027.
      const kurbanAit = year === '2026' ? 1 : 0;
      expect(inLieu).toHaveLength(civil.filter((day) => onWeekend(`${year}-${day}`)).length + kurbanAit);
    }
  });

  it('has examples in its comments that hold when they are uncommented', async () => {
    const main = (await readFile('config/kepil.yaml', 'utf8')).replace(
      /^# ((?:provider|exclusions|mail|influx):| {2})/gm,
      '$1',
    );
    const example = (await readFile('config/services/example.yaml', 'utf8'))
      .replace(/^(customers|services): \[\]/gm, '$1:')
      .replace(/^# {2}/gm, '  ');
    const { mail, influx, proposals, services } = await configurationOf(
      {
        'kepil.yaml': main,
        'contracts/basic.yaml': await readFile('config/contracts/ps-builder.yaml', 'utf8'),
        'services/acme.yaml': example,
      },
      { KEPIL_MAIL_PASSWORD: 'a', KEPIL_INFLUX_PASSWORD: 'b', ACME_MAIL_PASSWORD: 'c' },
    );
    expect(proposals?.witness?.modules).toEqual({ http: 'http_2xx', smtp: 'smtp_banner' });
    expect([mail?.credentials?.username, influx?.credentials?.username]).toEqual(['kepil', 'kepil']);
    expect(services[0]?.checks.map(({ fact }) => fact.id)).toEqual([
      'acme-site/web/home',
      'acme-site/mail/smtp',
      'acme-site/mail/imap',
      'acme-site/mail/pop3',
      'acme-site/mail/round-trip',
      'acme-site/dns/mx',
      'acme-site/dns/primary',
      'acme-site/certificates/web',
      'acme-site/certificates/mail',
      'acme-site/server/ssh',
      'acme-site/server/echo',
    ]);
  });

  it('shows an outage of the sandbox within two minutes', async () => {
    const result = await read('config/kepil.yaml');
    const sites = result.ok ? (result.configuration.sandbox?.sites ?? []) : [];
    const quietFor = sites.map(({ script }) => {
      const first = script.findIndex(({ behaviour }) => behaviour !== 'up');
      return first < 0
        ? Number.POSITIVE_INFINITY
        : script.slice(0, first).reduce((sum, step) => sum + step.durationMs, 0);
    });
    expect(Math.min(...quietFor)).toBeLessThan(2 * MINUTE);
  });
});

it('reads ten thousand services in seconds', async () => {
  const entry = SERVICES.slice(SERVICES.indexOf('  - id: s1'));
  const many = Array.from({ length: 10_000 }, (_, index) => entry.replace('s1', `s${index}`)).join('');
  const files = { 'services/acme.yaml': SERVICES.slice(0, SERVICES.indexOf('  - id: s1')) + many };
  await inFolder(files, async (path) => {
    const began = performance.now();
    const result = await read(path);
    expect(result.ok && result.configuration.services.length).toBe(10_000);
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});
