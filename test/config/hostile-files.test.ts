// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the notation under test
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkServices } from '../../src/config/check-services.ts';
import { checkShape } from '../../src/config/check-shape.ts';
import { SourceDocument } from '../../src/config/document.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { Secret } from '../../src/config/secret.ts';
import { servicesSchema } from '../../src/config/services-schema.ts';
import { nearest } from '../../src/domain/text/nearest.ts';
import { configurationOf, MAIN, problemsOf, SERVICES } from './folder.ts';

const named = (name: string) => ({ 'services/acme.yaml': SERVICES.replace('name: Acme', () => `name: ${name}`) });

describe('the environment', () => {
  it('fills in the whole of a text or a part of it', async () => {
    const { customers } = await configurationOf(named('"${NAME}"'), { NAME: 'Acme ЖШС' });
    expect(customers[0]?.name).toBe('Acme ЖШС');
    const { services } = await configurationOf(
      { 'services/acme.yaml': SERVICES.replace('https://acme.kz/', 'https://${HOST}/${PAGE}') },
      { HOST: 'acme.kz', PAGE: 'home' },
    );
    expect(services[0]?.checks[0]?.request.target).toMatchObject({ url: 'https://acme.kz/home' });
  });

  it('is not looked into again', async () => {
    const { customers } = await configurationOf(named('"${NAME}"'), { NAME: '${OTHER}', OTHER: 'no' });
    expect(customers[0]?.name).toBe('${OTHER}');
  });

  it('leaves $${NAME} as ${NAME}', async () => {
    const { customers } = await configurationOf(named('"$${NAME}"'));
    expect(customers[0]?.name).toBe('${NAME}');
  });

  it('is not put into keys', async () => {
    const files = { 'services/acme.yaml': SERVICES.replace('name: Acme', '"${KEY}": Acme') };
    expect(await problemsOf(files, { KEY: 'name' })).toContain(
      'services/acme.yaml:2:15: customers[0]: unknown key "${KEY}", expected one of id, name, email, locale',
    );
  });

  it.each([
    [
      'an unset variable',
      named('"Acme ${CITY}"'),
      'services/acme.yaml:2:21: customers[0].name: found ${CITY}, expected the environment variable CITY to be set',
    ],
    [
      'a variable that has no name',
      named('"${}"'),
      'services/acme.yaml:2:21: customers[0].name: found ${}, expected the name of an environment variable between the braces',
    ],
  ])('refuses %s', async (_, files, message) => {
    expect(await problemsOf(files)).toEqual([message]);
  });

  it('does not show its values in a problem', async () => {
    const files = { 'services/acme.yaml': SERVICES.replace('ops@acme.kz', '"${EMAIL}"') };
    expect(await problemsOf(files, { EMAIL: 'hunter2' })).toEqual([
      'services/acme.yaml:2:34: customers[0].email: found "${EMAIL}", expected a mail address such as ops@example.kz (with the environment filled in)',
    ]);
    expect(await problemsOf(files, { EMAIL: 'hunter2\n' })).toEqual([
      'services/acme.yaml:2:34: customers[0].email: found "${EMAIL}", expected text on one line without control characters',
    ]);
  });
});

describe('secrets', () => {
  it('print as *** wherever they are printed', () => {
    const secret = new Secret('hunter2');
    expect(`${secret} ${JSON.stringify({ secret })} ${inspect({ secret })} ${String(secret)}`).toBe(
      '*** {"secret":"***"} { secret: *** } ***',
    );
    expect(Object.keys(secret)).toEqual([]);
    expect(secret.reveal()).toBe('hunter2');
  });

  it.each([
    [
      'mail: { relay: "smtp://relay.kz", from: a@b.kz, username: u, password: hunter2 }',
      'kepil.yaml:6:72: mail.password: found ***, expected a text taken from the environment such as ${PASSWORD}',
    ],
    [
      'mail: { relay: "smtp://u:hunter2@relay.kz", from: a@b.kz }',
      'kepil.yaml:6:16: mail.relay: found ***, expected a text taken from the environment such as ${PASSWORD}',
    ],
    [
      'mail: { relay: "smtp:u:hunter2@relay.kz:${PORT}", from: a@b.kz }',
      'kepil.yaml:6:16: mail.relay: found ***, expected a mail relay such as smtp://127.0.0.1:25 or smtps://relay.example.kz:465 (with the environment filled in)',
    ],
    [
      'mail: { relay: "smtp://relay.kz", from: a@b.kz, username: u, password: 1234 }',
      'kepil.yaml:6:72: mail.password: found ***, expected a text taken from the environment such as ${PASSWORD}',
    ],
    [
      'mail: { relay: relay.kz, from: a@b.kz }',
      'kepil.yaml:6:16: mail.relay: found "relay.kz", expected a mail relay such as smtp://127.0.0.1:25 or smtps://relay.example.kz:465',
    ],
    [
      'influx: { url: "http://u:hunter2@127.0.0.1:8086", database: kepil }',
      'kepil.yaml:6:16: influx.url: found "http://***@127.0.0.1:8086", expected a URL without a user and a password',
    ],
  ])('are neither kept in the file nor shown: %s', async (block, message) => {
    expect(await problemsOf({ 'kepil.yaml': `${MAIN}${block}\n` }, { PORT: '25' })).toEqual([message]);
  });

  it('are shown by no configuration', async () => {
    const files = {
      'kepil.yaml': `${MAIN}mail: { relay: "smtp://u:\${P}@relay.kz", from: a@b.kz, username: u, password: "\${P}" }\n`,
    };
    const configuration = await configurationOf(files, { P: 'hunter2' });
    expect(inspect(configuration, { depth: 20 })).not.toContain('hunter2');
    expect(JSON.stringify({ ...configuration, contracts: [], services: [] })).not.toContain('hunter2');
  });
});

describe('texts', () => {
  it.each([
    ['a line feed', '"Acme\\nBcc: all@acme.kz"', '"Acme\\nBcc: all@acme.kz"'],
    ['a carriage return', '"Acme\\rX"', '"Acme\\rX"'],
    ['an escape', '"Acme\\e[31m"', '"Acme\\u001b[31m"'],
    ['a zero', '"Acme\\0"', '"Acme\\u0000"'],
    ['a C1 control', '"Acme\\x9b"', '"Acme\\u{9b}"'],
    ['a line separator', '"Acme\\L"', '"Acme\\u{2028}"'],
  ])('are refused with %s', async (_, written, shown) => {
    expect(await problemsOf(named(written))).toEqual([
      `services/acme.yaml:2:21: customers[0].name: found ${shown}, expected text on one line without control characters`,
    ]);
  });

  it('are bounded', async () => {
    expect(await problemsOf(named('x'.repeat(201)))).toEqual([
      `services/acme.yaml:2:21: customers[0].name: found "${'x'.repeat(80)}…", expected a name of at most 200 characters`,
    ]);
  });
});

describe('aliases', () => {
  it('repeat a value, and a mistake inside it is named once with the place where it stands', async () => {
    const anchored = SERVICES.replace('{ id: home,', '{ &id id: home,')
      .replace('&id id: home, http: "https://acme.kz/"', 'id: home, http: &url "https://acme.kz/"')
      .replace(' }] }', ' }, { id: again, http: *url }] }');
    const { services } = await configurationOf({ 'services/acme.yaml': anchored });
    expect(services[0]?.checks.map(({ request }) => request.target)).toMatchObject([
      { url: 'https://acme.kz/' },
      { url: 'https://acme.kz/' },
    ]);
    expect(await problemsOf({ 'services/acme.yaml': anchored.replace('https://acme.kz/', 'acme.kz') })).toHaveLength(2);
  });

  it('that multiply are refused at once', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level}, `.repeat(9)}]`,
    );
    const began = performance.now();
    const problems = await problemsOf({ 'services/bomb.yaml': `a0: &a0 [lol]\n${levels.join('\n')}\n` });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(problems.filter((line) => line.includes('aliases'))).toEqual([
      expect.stringMatching(
        /^services\/bomb\.yaml:\d+:\d+: .*found aliases that multiply, expected aliases that add at most 100000 values$/,
      ),
    ]);
  });

  it.each([
    ['to itself', 'customers: &a [*a]\n', 'customers[0]: found the alias *a inside itself, expected a value that ends'],
    ['to nothing', 'customers: [*a]\n', 'customers[0]: found the alias *a, expected an anchor &a before it'],
  ])('%s are refused', async (_, text, message) => {
    expect((await problemsOf({ 'services/b.yaml': text })).join()).toContain(message);
  });
});

it.each([
  ['brackets', '['.repeat(100_000)],
  ['closed brackets', `customers: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
  ['closed brackets within the parser’s reach', `customers: ${'['.repeat(200)}${']'.repeat(200)}`],
])('survives a file of nothing but %s', async (_, text) => {
  const problems = await problemsOf({ 'services/b.yaml': text });
  expect(problems.length).toBeGreaterThan(0);
  expect(problems[0]).toMatch(/^services\/b\.yaml:1:\d+: /);
});

describe('nearest', () => {
  it.each([
    ['intervall', 'interval'],
    ['inteval', 'interval'],
    ['intrevals', 'interval'],
    ['htpp', 'http'],
    ['smpt', 'smtp'],
    ['telephone', undefined],
    ['x', undefined],
  ])('%s is meant as %s', (word, meant) => {
    expect(nearest(word, ['id', 'http', 'smtp', 'imap', 'interval', 'timeout'])).toBe(meant);
  });
});

it('answers any edit of a good file with a value or with problems inside the file', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      '\n',
      '  ',
      '- ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      '"',
      '*a',
      '&a ',
      '!!x',
      '${A}',
      '|',
      '? ',
      '<<: ',
      '#',
      '---',
    ),
  );
  fc.assert(
    fc.property(fc.nat(SERVICES.length), fc.nat(20), fc.array(piece, { maxLength: 4 }), (start, length, pieces) => {
      const text = SERVICES.slice(0, start) + pieces.join('') + SERVICES.slice(start + length);
      const document = new SourceDocument('f', text, {});
      const value = checkShape(document, servicesSchema);
      checkServices(document, { defaultInterval: 60_000, currencyOf: () => 'KZT' });
      if (value === undefined) expect(document.problems).not.toHaveLength(0);
      for (const problem of document.problems) {
        expect(problem.line).toBeLessThanOrEqual(text.split('\n').length);
        expect(formatProblem(problem)).toMatch(/^f:[1-9]\d*:[1-9]\d*: [^\p{Cc}]+$/u);
      }
    }),
    { numRuns: 2_000 },
  );
});
