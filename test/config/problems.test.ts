import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/config/problem.ts';
import { CONTRACT, inFolder, MAIN, problemsOf, read, SERVICES } from './folder.ts';

/** The good file with one text replaced, which must be there. */
function changed(file: string, from: string, to: string): string {
  if (!file.includes(from)) throw new Error(`no ${from} in the file`);
  return file.replace(from, () => to);
}

const services = (from: string, to: string) => ({ 'services/acme.yaml': changed(SERVICES, from, to) });
const check = (fields: string) => services('id: home, http: "https://acme.kz/"', `id: home, ${fields}`);
const main = (text: string) => ({ 'kepil.yaml': `${MAIN}${text}` });
const contract = (from: string, to: string) => ({ 'contracts/basic.yaml': changed(CONTRACT, from, to) });

const CHECK = 'services[0].components.web.checks[0]';
const ONE_OF_THEM = 'exactly one of http, smtp, imap, pop3, delivery, tls, dns, tcp and icmp';
const SITE = 'http: "https://acme.kz/"';
const DURATION = 'a duration such as 30s, 5m, 48h or PT30S';

it('finds nothing wrong with the good configuration', async () => {
  expect(await problemsOf({})).toEqual([]);
});

describe('values', () => {
  it.each([
    [
      'a bad duration',
      check(`${SITE}, interval: 5 minits`),
      `services/acme.yaml:9:71: ${CHECK}.interval: found "5 minits", expected ${DURATION}`,
    ],
    [
      'a duration without a unit',
      check(`${SITE}, interval: 60`),
      `services/acme.yaml:9:71: ${CHECK}.interval: found 60, expected ${DURATION}`,
    ],
    [
      'a duration beyond its bounds',
      check(`${SITE}, interval: 500ms`),
      `services/acme.yaml:9:71: ${CHECK}.interval: found "500ms", expected a duration from 1s to 1d`,
    ],
    [
      'a target without a scheme',
      check('http: acme.kz'),
      `services/acme.yaml:9:41: ${CHECK}.http: found "acme.kz", expected an absolute URL with its scheme such as https://example.kz/`,
    ],
    [
      'a target with another scheme',
      check('http: "ftp://acme.kz/"'),
      `services/acme.yaml:9:41: ${CHECK}.http: found "ftp://acme.kz/", expected an absolute URL with its scheme such as https://example.kz/`,
    ],
    [
      'credentials in a URL, which it does not show',
      check('http: "https://root:hunter2@acme.kz/"'),
      `services/acme.yaml:9:41: ${CHECK}.http: found "https://***@acme.kz/", expected a URL without a user and a password`,
    ],
    [
      'a bad port',
      check('smtp: "mail.acme.kz:70000"'),
      `services/acme.yaml:9:41: ${CHECK}.smtp: found "mail.acme.kz:70000", expected a host and a port from 1 to 65535 such as mail.example.kz:25`,
    ],
    [
      'a host without a port',
      check('imap: mail.acme.kz'),
      `services/acme.yaml:9:41: ${CHECK}.imap: found "mail.acme.kz", expected a host and a port from 1 to 65535 such as mail.example.kz:25`,
    ],
    [
      'a port to listen on beyond 65535',
      { 'kepil.yaml': changed(MAIN, '9300', '93000') },
      'kepil.yaml:5:34: listen.port: found 93000, expected a whole number from 0 to 65535',
    ],
    [
      'a bad status',
      check(`${SITE}, status: 200-2999`),
      `services/acme.yaml:9:69: ${CHECK}.status: found "200-2999", expected HTTP status codes from 100 to 599 such as 200-299,301`,
    ],
    [
      'a bad mail address',
      services('ops@acme.kz', 'ops at acme.kz'),
      'services/acme.yaml:2:34: customers[0].email: found "ops at acme.kz", expected a mail address such as ops@example.kz',
    ],
    [
      'a language that no mail is written in',
      services('locale: kk', 'locale: kz'),
      'services/acme.yaml:2:55: customers[0].locale: found "kz", expected kk, ru or en',
    ],
    [
      'an instant without an offset',
      services('from: 2026-01-01T00:00:00+05:00, status', 'from: 2026-01-01T00:00:00, status'),
      'services/acme.yaml:6:25: services[0].lifecycle[0].from: found "2026-01-01T00:00:00", expected an instant with its offset such as 2026-03-10T00:30:00+05:00',
    ],
    [
      'a day that no calendar has',
      services('from: 2026-01-01T00:00:00+05:00, status', 'from: 2026-02-30T00:00:00Z, status'),
      'services/acme.yaml:6:25: services[0].lifecycle[0].from: found "2026-02-30T00:00:00Z", expected an instant with its offset such as 2026-03-10T00:30:00+05:00, on a day that the calendar has',
    ],
    [
      'a year that is a slip',
      services('from: 2026-01-01T00:00:00+05:00, status', 'from: 0206-01-01T00:00:00Z, status'),
      'services/acme.yaml:6:25: services[0].lifecycle[0].from: found "0206-01-01T00:00:00Z", expected an instant from the year 1990 to 2199',
    ],
    [
      'money with three decimals',
      services('"12000.00"', '"12000.005"'),
      'services/acme.yaml:7:66: services[0].fees[0].monthly.amount: found "12000.005", expected an amount such as "12000.00" with at most 2 decimals',
    ],
    [
      'money as a floating-point number',
      services('"12000.00"', '12000.00'),
      'services/acme.yaml:7:66: services[0].fees[0].monthly.amount: found 12000.00, expected an amount in quotes such as "12000.00"',
    ],
    [
      'an unknown currency',
      services('currency: KZT', 'currency: KZZ'),
      'services/acme.yaml:7:88: services[0].fees[0].monthly.currency: found "KZZ", expected an ISO 4217 code such as KZT',
    ],
    [
      'an id that would not fit into a check id',
      services('id: s1', 'id: s1/a'),
      'services/acme.yaml:4:9: services[0].id: found "s1/a", expected an id of at most 64 letters, digits, dots, dashes and underscores',
    ],
    [
      'a component with a capital letter',
      services('web: {', 'Web: {'),
      'services/acme.yaml:9:7: services[0].components: found "Web", expected a component’s name in lower case such as web, mail or dns',
    ],
    [
      'a service without components',
      services('      web: { checks: [{ id: home, http: "https://acme.kz/" }] }', '      {}'),
      'services/acme.yaml:9:7: services[0].components: found a mapping, expected at least one component such as web',
    ],
    [
      'a bad address range',
      main('probing: { allow: [10.0.0.0/33] }\n'),
      'kepil.yaml:6:20: probing.allow[0]: found "10.0.0.0/33", expected an address range such as 10.0.0.0/8 or 2001:db8::/32',
    ],
    [
      'an address range from its middle',
      main('probing: { allow: [10.1.2.3/8] }\n'),
      'kepil.yaml:6:20: probing.allow[0]: found "10.1.2.3/8", expected the range by its first address, 10.0.0.0/8',
    ],
    [
      'a percentage over a hundred',
      contract('99.8%', '998%'),
      'contracts/basic.yaml:7:13: editions[0].target: found "998%", expected a percentage from 0% to 100% such as 99.8%',
    ],
    [
      'hours that are none',
      contract('01:00-06:00', '1-6'),
      'contracts/basic.yaml:9:33: editions[0].plannedWork.quietHours[0]: found "1-6", expected a daily span such as 01:00-06:00',
    ],
    [
      'a script with a word that no sandbox knows',
      main(
        'sandbox: { customers: [{ id: x, name: X, email: x@x.kz, locale: en, monthlyFee: { amount: "1", currency: KZT },\n  web: { port: 1, script: "up 60s, refuse 45s" }, mail: { smtpPort: 2, imapPort: 3, script: "up 1m" } }] }\n',
      ),
      'kepil.yaml:7:27: sandbox.customers[0].web.script: found "up 60s, refuse 45s", expected steps of up, down, error or silent with a duration such as "up 60s, down 45s"',
    ],
  ])('refuses %s', async (_, files, message) => {
    expect(await problemsOf(files)).toEqual([message]);
  });
});

describe('keys', () => {
  it.each([
    [
      'an unknown key, and names the nearest',
      check(`${SITE}, intervall: 5m`),
      `services/acme.yaml:9:61: ${CHECK}: unknown key "intervall", did you mean "interval"?`,
    ],
    [
      'two letters that changed places',
      { 'kepil.yaml': changed(MAIN, 'listen', 'lisetn') },
      'kepil.yaml:5:1: unknown key "lisetn", did you mean "listen"?',
    ],
    [
      'a key like no other, and names them all',
      services('locale: kk', 'locale: kk, telephone: 1'),
      'services/acme.yaml:2:59: customers[0]: unknown key "telephone", expected one of id, name, email, locale',
    ],
    [
      'a key that JavaScript gives a meaning',
      services('locale: kk', 'locale: kk, __proto__: { x: 1 }'),
      'services/acme.yaml:2:59: customers[0]: unknown key "__proto__", expected one of id, name, email, locale',
    ],
    [
      'a key given twice',
      services('locale: kk', 'locale: kk, locale: ru'),
      'services/acme.yaml:2:59: found broken YAML, expected YAML 1.2 (Map keys must be unique)',
    ],
    [
      'a missing field',
      services('    customer: c1\n', ''),
      'services/acme.yaml:4:5: services[0].customer: found nothing, expected the id of a customer of at most 64 letters, digits, dots, dashes and underscores',
    ],
    [
      'a field without a value',
      services('customer: c1', 'customer:'),
      'services/acme.yaml:5:14: services[0].customer: found nothing, expected the id of a customer of at most 64 letters, digits, dots, dashes and underscores',
    ],
    [
      'a text in place of a mapping',
      { 'kepil.yaml': changed(MAIN, 'listen: { host: 127.0.0.1, port: 9300 }', 'listen: 9300') },
      'kepil.yaml:5:9: listen: found 9300, expected a mapping of host and port',
    ],
  ])('refuses %s', async (_, files, message) => {
    expect(await problemsOf(files)).toContain(message);
  });
});

describe('what does not fit together', () => {
  it.each([
    [
      'an id given twice in one file, with both places',
      services('services:\n', '  - { id: c1, name: Other, email: o@acme.kz, locale: ru }\nservices:\n'),
      'services/acme.yaml:3:11: customers[1].id: found "c1" again, expected an id of its own (first at services/acme.yaml:2:11)',
    ],
    [
      'an id given twice over two files, with both places',
      { 'services/beta.yaml': changed(SERVICES, 'id: c1,', 'id: c2,') },
      'services/beta.yaml:4:9: services[0].id: found "s1" again, expected an id of its own (first at services/acme.yaml:4:9)',
    ],
    [
      'two contracts of one id',
      { 'contracts/other.yaml': CONTRACT },
      'contracts/other.yaml:1:5: id: found "basic" again, expected an id of its own (first at contracts/basic.yaml:1:5)',
    ],
    [
      'two checks of one id in a component',
      services('{ id: home,', '{ id: home, smtp: "a.kz:25" }, { id: home,'),
      `services/acme.yaml:9:60: services[0].components.web.checks[1].id: found "home" again, expected an id of its own (first at services/acme.yaml:9:29)`,
    ],
    [
      'a customer that is not there',
      services('customer: c1', 'customer: c9'),
      'services/acme.yaml:5:15: services[0].customer: found "c9", expected the id of a customer that is configured (did you mean "c1"?)',
    ],
    [
      'a contract that is not there',
      services('customer: c1', 'customer: c1\n    contract: gold'),
      'services/acme.yaml:6:15: services[0].contract: found "gold", expected the id of a contract that is configured',
    ],
    [
      'a default contract that is not there',
      { 'kepil.yaml': changed(MAIN, 'contract: basic', 'contract: basik') },
      'kepil.yaml:2:11: contract: found "basik", expected the id of a contract that is configured (did you mean "basic"?)',
    ],
    [
      'a gap shorter than the interval',
      check(`${SITE}, interval: 5m, maxGap: 3m`),
      `services/acme.yaml:9:83: ${CHECK}.maxGap: found "3m", expected a duration not shorter than the interval (${CHECK}.interval is 5m)`,
    ],
    [
      'a gap shorter than the default interval',
      check(`${SITE}, maxGap: 30s`),
      `services/acme.yaml:9:69: ${CHECK}.maxGap: found "30s", expected a duration not shorter than the default interval, 60s`,
    ],
    [
      'a timeout longer than the interval',
      check(`${SITE}, interval: 5s, timeout: 10s`),
      `services/acme.yaml:9:84: ${CHECK}.timeout: found "10s", expected a duration not longer than the interval (${CHECK}.interval is 5s)`,
    ],
    [
      'a default timeout longer than the default interval',
      main('probing: { defaults: { interval: 5s, timeout: 6s } }\n'),
      'kepil.yaml:6:47: probing.defaults.timeout: found "6s", expected a duration not longer than the interval',
    ],
    [
      'a rule for proposals where nothing is proposed',
      main('exclusions: { autoAccept: [customer] }\n'),
      'kepil.yaml:1:1: provider: found nothing, expected a mapping of addresses, blockPages or witness: without it nothing is proposed',
    ],
    [
      'a provider of whom nothing is said',
      main('provider: {}\n'),
      'kepil.yaml:6:11: provider: found a mapping, expected at least one of addresses, blockPages and witness',
    ],
    [
      'a page that any site may show',
      main('provider: { blockPages: [{ status: 403 }] }\n'),
      'kepil.yaml:6:26: provider.blockPages[0]: found a status alone, expected at least one of location, text and headers: any site may answer with a status',
    ],
    [
      'a page of nothing',
      main('provider: { blockPages: [{}] }\n'),
      'kepil.yaml:6:26: provider.blockPages[0]: found nothing, expected at least one of location, text and headers: any site may answer with a status',
    ],
    [
      'a page that redirects to no URL',
      main('provider: { blockPages: [{ location: /suspended }] }\n'),
      'kepil.yaml:6:38: provider.blockPages[0].location: found "/suspended", expected an absolute URL with its scheme such as https://example.kz/',
    ],
    [
      'a witness with a password in its URL, which it does not show',
      main('provider: { witness: { url: "http://a:hunter2@10.0.0.5/probe", modules: {} } }\n'),
      'kepil.yaml:6:29: provider.witness.url: found "http://***@10.0.0.5/probe", expected a URL without a user and a password',
    ],
    [
      'a witness of a kind that cannot be asked about',
      main('provider: { witness: { url: "http://10.0.0.5/probe", modules: { dns: a } } }\n'),
      'kepil.yaml:6:65: provider.witness.modules: unknown key "dns", expected one of http, smtp, smtp_starttls, smtps, imap, imap_starttls, imaps, pop3, pop3_starttls, pop3s, tls, tcp, icmp',
    ],
    [
      'a canary of two things',
      main('probing: { canaries: { targets: [{ id: a, smtp: "a.kz:25", imap: "a.kz:143" }] } }\n'),
      `kepil.yaml:6:34: probing.canaries.targets[0]: found a check of smtp and imap, expected ${ONE_OF_THEM}`,
    ],
    [
      'more canaries needed than there are',
      main('probing: { canaries: { need: 2, targets: [{ id: a, smtp: "a.kz:25" }] } }\n'),
      'kepil.yaml:6:30: probing.canaries.need: found 2, expected at most the number of targets, 1',
    ],
    [
      'a check of nothing',
      check('timeout: 5s'),
      `services/acme.yaml:9:23: ${CHECK}: found a check of nothing, expected ${ONE_OF_THEM}`,
    ],
    [
      'a check of two things',
      check(`${SITE}, imap: "acme.kz:143"`),
      `services/acme.yaml:9:23: ${CHECK}: found a check of http and imap, expected ${ONE_OF_THEM}`,
    ],
    [
      'a security that a web site has by its scheme',
      check(`${SITE}, security: tls`),
      `services/acme.yaml:9:71: ${CHECK}.security: found "tls", expected no security in a check of http`,
    ],
    [
      'an option of another kind of check',
      check('icmp: acme.kz, daysLeft: 14'),
      `services/acme.yaml:9:60: ${CHECK}.daysLeft: found 14, expected no daysLeft in a check of icmp`,
    ],
    [
      'an answer that is no record of its type',
      check('dns: acme.kz, record: MX, answers: ["mail.acme.kz"]'),
      `services/acme.yaml:9:71: ${CHECK}.answers[0]: found "mail.acme.kz", expected a record of type MX such as 10 mail.example.kz`,
    ],
    [
      'an address that is looked up as a name',
      check('dns: 192.0.2.1'),
      `services/acme.yaml:9:40: ${CHECK}.dns: found "192.0.2.1", expected a name; an address only with record: PTR`,
    ],
    [
      'answers of a name that is not to exist',
      check('dns: acme.kz, nxdomain: true, answers: ["192.0.2.1"]'),
      `services/acme.yaml:9:74: ${CHECK}.answers: found a list, expected no answers where nxdomain is expected`,
    ],
    [
      'a match of nothing',
      check('dns: acme.kz, match: any'),
      `services/acme.yaml:9:56: ${CHECK}.match: found "any", expected no match without answers`,
    ],
    [
      'a name server by its name',
      check('dns: acme.kz, servers: [ns1.acme.kz]'),
      `services/acme.yaml:9:59: ${CHECK}.servers[0]: found "ns1.acme.kz", expected the address of a name server such as 192.0.2.53 or [2001:db8::53]:5353`,
    ],
    [
      'something sent and nothing expected',
      check('tcp: "acme.kz:7", send: x'),
      `services/acme.yaml:9:59: ${CHECK}.send: found "x", expected no send without expect`,
    ],
    [
      'STARTTLS where it has no protocol',
      check('tcp: "acme.kz:7", security: starttls'),
      `services/acme.yaml:9:63: ${CHECK}.security: found "starttls", expected plain or tls in a check of tcp`,
    ],
    [
      'more checks required than there are',
      services('web: {', 'web: { require: 2,'),
      'services/acme.yaml:9:23: services[0].components.web.require: found 2, expected at most its number of checks, 1',
    ],
    [
      'a lifecycle out of order',
      services('status: active }', 'status: active }, { from: 2026-01-01T00:00:00+06:00, status: suspended }'),
      'services/acme.yaml:6:78: services[0].lifecycle[1].from: found "2026-01-01T00:00:00+06:00", expected an instant after the one of the entry before',
    ],
    [
      'a fee in another currency than the contract’s',
      services('currency: KZT', 'currency: USD'),
      'services/acme.yaml:7:88: services[0].fees[0].monthly.currency: found "USD", expected KZT, the contract’s currency',
    ],
    [
      'a second edition without its beginning',
      {
        'contracts/basic.yaml': `${CONTRACT}${CONTRACT.slice(CONTRACT.indexOf('  - name')).replace('first', 'second')}`,
      },
      'contracts/basic.yaml:18:5: editions[1].from: found nothing, expected the instant from which it is in force, since only the first edition may leave it out',
    ],
    [
      'a credit by the hour and by tiers',
      contract('cap: 100%', 'tiers: [{ below: 99%, share: 10% }], cap: 100%'),
      'contracts/basic.yaml:11:13: editions[0].credit: found hourly and tiers, expected exactly one of hourly and tiers',
    ],
    [
      'a port that Kepil would listen on twice',
      main(
        'sandbox: { customers: [{ id: x, name: X, email: x@x.kz, locale: en, monthlyFee: { amount: "1", currency: KZT },\n  web: { port: 9300, script: "up 60s" }, mail: { smtpPort: 2, imapPort: 3, script: "up 1m" } }] }\n',
      ),
      'kepil.yaml:7:16: sandbox.customers[0].web.port: found 9300 again, expected a port of its own (first at kepil.yaml:5:34)',
    ],
    [
      'a user name without a password',
      main('influx: { url: "http://127.0.0.1:8086/", database: kepil, username: kepil }\n'),
      'kepil.yaml:6:9: influx.password: found nothing, expected username and password, or neither',
    ],
  ])('refuses %s', async (_, files, message) => {
    expect(await problemsOf(files)).toEqual([message]);
  });
});

describe('who logs in to a mail server', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a configuration says.
  const login = 'username: u, password: "${P}"';
  const trip = (submission: string, mailbox: string) =>
    check(`delivery: { from: a@a.kz, to: b@a.kz, submission: { ${submission} }, mailbox: { ${mailbox} } }`);
  const IMAPS = `server: "a.kz:993", ${login}`;

  it.each([
    ['under STARTTLS', check(`smtp: "a.kz:587", security: starttls, ${login}`)],
    ['on a port with TLS', check(`pop3: "a.kz:995", ${login}`)],
    ['in plain text where that is said in words', check(`imap: "a.kz:143", allowPlainTextPassword: true, ${login}`)],
    ['at both ends of a round trip', trip(`server: "a.kz:587", ${login}`, IMAPS)],
    ['at the mailbox of a round trip alone', trip('server: "a.kz:25", security: plain', IMAPS)],
  ])('may be said %s', async (_, files) => {
    expect(await problemsOf(files, { P: 'hunter2' })).toEqual([]);
  });

  it.each([
    [
      'a password in plain text',
      check(`imap: "a.kz:143", ${login}`),
      `9:76: ${CHECK}.password: found ***, expected security starttls or tls, or allowPlainTextPassword: true where anybody may read it (with the environment filled in)`,
    ],
    [
      'a password that stands in the file',
      check('imap: "a.kz:993", username: u, password: hunter2'),
      `9:76: ${CHECK}.password: found ***, expected a text taken from the environment such as \${PASSWORD}`,
    ],
    [
      'a user without a password',
      check('pop3: "a.kz:995", username: u'),
      `9:23: ${CHECK}.password: found nothing, expected username and password, or neither`,
    ],
    [
      'an allowance of what is not done',
      check(`pop3: "a.kz:995", allowPlainTextPassword: true, ${login}`),
      `9:77: ${CHECK}.allowPlainTextPassword: found true, expected no allowPlainTextPassword where TLS protects the password`,
    ],
    [
      'an inbox of nobody',
      check('imap: "a.kz:993", inbox: true'),
      `9:60: ${CHECK}.inbox: found true, expected an inbox only with username and password`,
    ],
    [
      'a recipient of a mailbox server',
      check('imap: "a.kz:993", recipient: a@a.kz'),
      `9:64: ${CHECK}.recipient: found "a@a.kz", expected no recipient in a check of imap`,
    ],
    [
      'a recipient with a command in it',
      check('smtp: "a.kz:25", recipient: "a@a.kz>\\r\\nDATA"'),
      `9:63: ${CHECK}.recipient: found "a@a.kz>\\r\\nDATA", expected text on one line without control characters`,
    ],
    [
      'a round trip with a password in plain text',
      trip('server: "a.kz:25"', `${IMAPS}, security: plain`),
      `9:162: ${CHECK}.delivery.mailbox.password: found ***, expected security starttls or tls, or allowPlainTextPassword: true where anybody may read it (with the environment filled in)`,
    ],
  ])('is refused: %s', async (_, files, message) => {
    const problems = await problemsOf(files, { P: 'hunter2' });
    expect(problems.join()).not.toContain('hunter2');
    expect(problems).toEqual([`services/acme.yaml:${message}`]);
  });
});

it('accepts a gap and a timeout as long as the interval', async () => {
  expect(await problemsOf(check(`${SITE}, interval: 5s, timeout: 5s, maxGap: 5s`))).toEqual([]);
});

describe('files', () => {
  it.each([
    [
      'broken YAML',
      { 'services/acme.yaml': 'customers: [\nservices: []\n' },
      'services/acme.yaml:2:1: found broken YAML, expected YAML 1.2 (Flow sequence in block collection must be sufficiently indented and end with a ])',
    ],
    [
      'an empty file',
      { 'services/acme.yaml': '' },
      'services/acme.yaml:1:1: found an empty file, expected a mapping of keys and values',
    ],
    [
      'a file of comments only',
      { 'services/acme.yaml': '# nothing yet\n' },
      'services/acme.yaml:1:1: found an empty file, expected a mapping of keys and values',
    ],
    [
      'a file that holds a list',
      { 'services/beta.yaml': '- 1\n' },
      'services/beta.yaml:1:1: found a list, expected a mapping of customers and services',
    ],
    [
      'two documents in one file',
      { 'services/beta.yaml': 'customers: []\n---\nservices: []\n' },
      'services/beta.yaml:2:1: found broken YAML, expected YAML 1.2 (Source contains multiple documents; please use YAML.parseAllDocuments())',
    ],
    [
      'a tag that means nothing',
      { 'services/beta.yaml': 'customers: !!js/function []\n' },
      'services/beta.yaml:1:12: found broken YAML, expected YAML 1.2 (Unresolved tag: tag:yaml.org,2002:js/function)',
    ],
    [
      'a pattern that matches nothing',
      { 'kepil.yaml': changed(MAIN, 'services/*.yaml', 'servces/*.yaml') },
      'kepil.yaml:3:11: services: found "servces/*.yaml", expected a pattern that matches a file; servces/*.yaml matches none',
    ],
    [
      'a file that is not there',
      { 'kepil.yaml': changed(MAIN, 'services/*.yaml', 'services/beta.yaml') },
      'kepil.yaml:3:11: services: found "services/beta.yaml", expected a file that can be read; services/beta.yaml is no file',
    ],
    [
      'a certificate that is not there',
      main('probing: { trust: [ca.pem] }\n'),
      'kepil.yaml:6:20: probing.trust[0]: found "ca.pem", expected a file that can be read; ca.pem is no file',
    ],
    [
      'a certificate that is none',
      { ...main('probing: { trust: [ca.pem] }\n'), 'ca.pem': 'hello' },
      'kepil.yaml:6:20: probing.trust[0]: found "ca.pem", expected a file of PEM certificates; ca.pem is none',
    ],
  ])('refuses %s', async (_, files, message) => {
    expect(await problemsOf(files)).toEqual([message]);
  });
});

it('names every mistake of every file in one go, by file and line', async () => {
  const problems = await problemsOf({
    'kepil.yaml': `${changed(MAIN, 'port: 9300', 'port: -1')}vantag: here\n`,
    'contracts/basic.yaml': changed(CONTRACT, '99.8%', 'most'),
    'services/acme.yaml': changed(changed(SERVICES, 'https://acme.kz/', 'acme.kz'), 'customer: c1', 'customer: c9'),
    'services/beta.yaml': 'customers:\n  - { id: c1, name: B, email: b, locale: en }\n',
  });
  expect(problems).toEqual([
    'contracts/basic.yaml:7:13: editions[0].target: found "most", expected a percentage from 0% to 100% such as 99.8%',
    'kepil.yaml:5:34: listen.port: found -1, expected a whole number from 0 to 65535',
    'kepil.yaml:6:1: unknown key "vantag", did you mean "vantage"?',
    'services/acme.yaml:5:15: services[0].customer: found "c9", expected the id of a customer that is configured (did you mean "c1"?)',
    `services/acme.yaml:9:41: ${CHECK}.http: found "acme.kz", expected an absolute URL with its scheme such as https://example.kz/`,
    'services/beta.yaml:2:11: customers[0].id: found "c1" again, expected an id of its own (first at services/acme.yaml:2:11)',
    'services/beta.yaml:2:31: customers[0].email: found "b", expected a mail address such as ops@example.kz',
  ]);
});

it('does not blame references for a file that cannot be read', async () => {
  const problems = await problemsOf({
    'services/customers.yaml': 'customers: [',
    ...services('customer: c1', 'customer: c9'),
  });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^services\/customers\.yaml:1:13: found broken YAML/);
});

it('reads a folder whose name looks like a pattern', async () => {
  const files = { '[a]/kepil.yaml': MAIN, '[a]/contracts/x.yaml': CONTRACT, '[a]/services/x.yaml': SERVICES };
  await inFolder(files, async (path) => {
    expect((await read(path.replace('kepil.yaml', '[a]/kepil.yaml'))).ok).toBe(true);
  });
});

it.each([
  ['/nowhere/kepil.yaml', '/nowhere/kepil.yaml:1:1: found no file, expected a configuration file'],
  ['config', 'config:1:1: found a folder, expected a configuration file'],
])('says that %s is not there to read', async (path, message) => {
  const result = await read(path);
  expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([message]);
});
