// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the notation under test
import { deepStrictEqual } from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { readPlainYaml } from '../../src/config/plain-yaml.ts';
import { formatPath } from '../../src/config/problem.ts';
import { PARSING, ValueReader } from '../../src/config/yaml-values.ts';
import { CONTRACT, MAIN, SERVICES } from './folder.ts';

const ENVIRONMENT = { WORD: 'hush', EMPTY: '', LINES: 'a\nb', MARK: '\u2028', OTHER: '${WORD}' };
const CONFIG = fileURLToPath(new URL('../../config/', import.meta.url));

/** What the parser makes of a text; undefined when it finds anything wrong with it. */
function parsed(text: string): { readonly value: unknown } | undefined {
  const document = parseDocument(text, PARSING);
  if (document.errors.length > 0 || document.warnings.length > 0) return undefined;
  let isWhole = true;
  const value = new ValueReader(ENVIRONMENT, () => {
    isWhole = false;
  }).read(document.contents);
  return isWhole ? { value } : undefined;
}

/** Whether a text was read; whatever was read must be what the parser reads. */
function agrees(text: string): boolean {
  const plain = readPlainYaml(text, ENVIRONMENT);
  if (plain === undefined) return false;
  deepStrictEqual({ text, value: plain.value }, { text, value: parsed(text)?.value });
  return true;
}

/** Without the contracts, which have anchors. */
const shipped = globSync(`${CONFIG}{,services/,compose/}*.yaml`).map((path) => [
  path.slice(CONFIG.length),
  readFileSync(path, 'utf8'),
]);
const GOOD = [MAIN, CONTRACT, SERVICES, ...shipped.map(([, text]) => text ?? '')];

const strange = fc.constantFrom(
  ...[
    'a',
    'ab c',
    'a  b',
    'é',
    'Ж ШС',
    '0',
    '7',
    '-7',
    '+7',
    '007',
    '1.5',
    '1.50',
    '1.',
    '.5',
    '1e3',
    '0x1F',
    '0o17',
    '1_000',
  ],
  ...[
    'true',
    'True',
    'false',
    'null',
    'Null',
    '~',
    'yes',
    'no',
    'on',
    '.inf',
    '.nan',
    '1:30',
    '12:30:45',
    '0.1.2.3',
    '1.2.3',
  ],
  ...['192.0.2.1', '127.0.0.0/8', '2026-01-01', '2026-01-01T00:00:00+05:00', '30s', '9e', '1f', '99999999999999999999'],
  ...[
    '"a"',
    '""',
    "'a'",
    "''",
    "'it''s'",
    '"a\\n"',
    '"a: b"',
    '"a # b"',
    '"a"b',
    '"a" b',
    '"a"#b',
    '"a',
    "'a",
    'a"b',
    "a'b",
  ],
  ...[
    'a: b',
    'a:b',
    'a:',
    ':a',
    'a :b',
    'a : b',
    'http://a.kz/',
    '"http://a.kz/"',
    'a#b',
    'a #b',
    '#a',
    'a # b',
    '/a',
    '.a',
    '_a',
  ],
  ...[
    '-',
    '--',
    '---',
    '...',
    '- a',
    '-a',
    '?',
    '? a',
    '!',
    '!a b',
    '!!str 1',
    '&a b',
    '&a',
    '*a',
    '|',
    '>',
    '|-',
    '%a',
    '@a',
    '`a`',
  ],
  ...[
    'a, b',
    'a]',
    'a}',
    'a[',
    '<<',
    '=',
    'a=b',
    'a&b',
    'a*b',
    'a!b',
    'a|b',
    'a%b',
    'a@b',
    'a?',
    '(a)',
    'a;',
    'a\\b',
    '$a',
    '$',
    '{',
    '[',
  ],
  ...[
    '${WORD}',
    'a${WORD}b',
    '$${WORD}',
    '"${EMPTY}"',
    '${EMPTY}',
    '${NONE}',
    '${LINES}',
    '${MARK}',
    '${OTHER}',
    '${',
    '"${WORD} #"',
    'a ${WORD}: b',
  ],
  ...[
    '\t',
    'a\tb',
    'a\r',
    '\u00a0',
    'a\u00a0',
    '\u2028',
    '\u0085',
    '\ufeff',
    '😀',
    '\ud800',
    '\u0000',
    '\u0007',
    'a\u200b',
    '\u00ad',
    '’',
  ],
  '',
);
const plain = fc.constantFrom(
  'a',
  'b c',
  '0',
  '12',
  '1.5',
  'true',
  'null',
  '30s',
  '"a"',
  "'a b'",
  'http://a.kz/',
  '192.0.2.1',
);
const scalar = fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: strange });
const key = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'id', 'long-key_1') },
  fc.constantFrom(
    'true',
    'null',
    'yes',
    '1',
    '0x1',
    '<<',
    '"a"',
    "'b'",
    '? a',
    '? ',
    'a b',
    'é',
    '__proto__',
    'constructor',
    '-',
    '*a',
    '&a b',
  ),
);
const spaces = fc.constantFrom('', ' ', ' ', ' ', ' ', ' ', '  ');
const { flow } = fc.letrec<{ flow: string; value: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, scalar, tie('flow')),
  flow: fc.oneof(
    fc
      .array(
        fc.tuple(
          spaces,
          key,
          fc.constantFrom(': ', ': ', ': ', ': ', ': ', ': ', ':', ' : ', ''),
          tie('value'),
          spaces,
        ),
        {
          maxLength: 3,
        },
      )
      .map((entries) => `{${entries.map((parts) => parts.join('')).join(',')}}`),
    fc
      .array(fc.tuple(spaces, tie('value'), spaces), { maxLength: 3 })
      .map((items) => `[${items.map((parts) => parts.join('')).join(',')}]`),
  ),
}));
const comment = fc.constantFrom('', '', '', '', ' ', ' # c', '# c', ' #', ' # a: b');
const line = fc
  .tuple(
    fc.constantFrom(0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 4, 1, 3),
    fc.constantFrom('', '', '', '', '- ', '- ', '-  ', '-', '- - '),
    fc.oneof(
      { weight: 8, arbitrary: key.map((name) => `${name}:`) },
      { weight: 1, arbitrary: fc.constantFrom('', 'a :') },
    ),
    fc.constantFrom('', ' ', ' ', ' ', ' ', ' ', '  '),
    fc.oneof(fc.constant(''), scalar, scalar, flow),
    comment,
  )
  .map(([indent, ...parts]) => ' '.repeat(indent) + parts.join(''));
const soup = fc
  .tuple(
    fc.array(line, { minLength: 1, maxLength: 8 }),
    fc.constantFrom('\n', '\n', '\n', '\n', '\n', '\n', '\r\n', '\n\n', '\n# c\n', '\n  \n'),
    fc.constantFrom('', '\n', '\n', '\n', ' ', '\n---\n', '\n...\n', '\n # c'),
  )
  .map(([lines, between, end]) => lines.join(between) + end);

/** A good text with a few places of it changed. */
const mutated = fc
  .tuple(
    fc.constantFrom(...GOOD),
    fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.nat({ max: 3 }),
        fc.oneof(
          fc.constantFrom(
            ' ',
            '  ',
            '\n',
            '\n  ',
            ':',
            ': ',
            '- ',
            '-',
            '#',
            ' #',
            '"',
            "'",
            '{',
            '}',
            '[',
            ']',
            ',',
            '\t',
            '&a ',
            '*a',
            '!',
            '|',
            '>',
            '?',
            '%',
            '\\',
            'a',
            '1',
          ),
          scalar,
        ),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([text, changes]) =>
    changes.reduce((before, [place, cut, put]) => {
      const at = Math.floor(place * before.length);
      return before.slice(0, at) + put + before.slice(at + cut);
    }, text),
  );

describe('plain YAML', () => {
  it.each([['the tests’ main file', MAIN], ['the tests’ services', SERVICES], ...shipped])('reads %s', (_, text) => {
    expect(agrees(text ?? '')).toBe(true);
  });

  it.each([
    [
      'nested blocks',
      'a:\n  b:\n    - c: 1\n      d: 2\n    - e\n  f:\nj: x\n',
      { a: { b: [{ c: 1, d: 2 }, 'e'], f: null }, j: 'x' },
    ],
    ['a list as deep as its key', 'a:\n- b\n- c: 1\n  d:\n  - e\nf: 2', { a: ['b', { c: 1, d: ['e'] }], f: 2 }],
    [
      'comments',
      '# one\na: b # two\n  # three\nc: "d" # four\ne: # five\n  f: g#h\n',
      { a: 'b', c: 'd', e: { f: 'g#h' } },
    ],
    ['brackets', 'a: { b: [1, "x, y", c d], e: {}, f: [] }', { a: { b: [1, 'x, y', 'c d'], e: {}, f: [] } }],
    [
      'scalars',
      'a: [0, 12, 1.5, true, false, null, 30s, 192.0.2.1, a:b]',
      { a: [0, 12, 1.5, true, false, null, '30s', '192.0.2.1', 'a:b'] },
    ],
    ['the environment', 'a: "x ${WORD}"\nb: $${WORD}\nc: [${WORD}s]', undefined],
    ['the environment in a bare text', 'a: x ${WORD}\nb: $a', undefined],
  ])('reads %s', (_, text, value) => {
    if (value === undefined) agrees(text);
    else {
      expect(readPlainYaml(text, ENVIRONMENT)?.value).toEqual(value);
      expect(agrees(text)).toBe(true);
    }
  });

  it('knows which texts take something from the environment', () => {
    const { value, filled } =
      readPlainYaml('a:\n  - b: "x ${WORD}"\n    c: "$${WORD}"\nd: { e: "${EMPTY}" }\n', ENVIRONMENT) ?? {};
    expect(value).toEqual({ a: [{ b: 'x hush', c: '${WORD}' }], d: { e: '' } });
    expect([...(filled ?? [])]).toEqual([formatPath(['a', 0, 'b']), formatPath(['d', 'e'])]);
  });

  it.each([
    ['a key again', 'a: 1\na: 2'],
    ['an anchor', 'a: &x 1'],
    ['an alias', 'a: *x'],
    ['a tag', 'a: !!str 1'],
    ['several lines', 'a: b\n  c'],
    ['a block of text', 'a: |\n  b'],
    ['documents', '---\na: 1'],
    ['escapes', 'a: "\\x41"'],
    ['tabs', 'a:\tb'],
    ['carriage returns', 'a: b\r\n'],
    ['a number that it does not know', 'a: 1e3'],
    ['a variable that is not set', 'a: "${NONE}"'],
    ['a variable of several lines', 'a: "${LINES}"'],
    ['an empty file', '\n'],
    ['depth', `a: ${'['.repeat(30)}${']'.repeat(30)}`],
  ])('leaves %s to the parser', (_, text) => {
    expect(readPlainYaml(text, ENVIRONMENT)).toBeUndefined();
  });

  const runs = Number(process.env.KEPIL_PROPERTY_RUNS ?? 3_000);

  it('means what the parser says: lines of all sorts', () => {
    let read = 0;
    fc.assert(
      fc.property(soup, (text) => {
        if (agrees(text)) read += 1;
      }),
      { numRuns: runs },
    );
    // Of texts that are mostly broken, enough are read for the property to say something.
    expect(read).toBeGreaterThan(runs / 100);
  });

  it('means what the parser says: good files with changes', () => {
    let read = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        if (agrees(text)) read += 1;
      }),
      { numRuns: runs / 5 },
    );
    expect(read).toBeGreaterThan(runs / 100);
  });
});
