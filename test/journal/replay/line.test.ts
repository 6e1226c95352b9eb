/** Every field of every type of line: what is refused, and in which words. */
import { describe, expect, it } from 'vitest';
import { parseReplayFile } from '../../../src/journal/replay/parse.ts';
import { describeProblem } from '../../../src/journal/replay/problem.ts';

const RULES = { exclusionReasons: ['force-majeure', 'network'] };
const AT = '2026-03-10T00:30:00+05:00';
const LATER = '2026-03-10T01:00:00+05:00';

const INSTANT = 'an instant with its offset such as 2026-03-10T00:30:00+05:00';
const DURATION = 'a duration such as 30s, 5m, 48h or PT30S';
const ID = 'an id: a text that is not empty';
const TEXT = 'a text that is not empty';
const COUNT = 'a whole number from 1';
const IDS = 'a list of at least one id';

type Bad = readonly [value: unknown, message: string];

const badId: Bad[] = [
  ['', `found "", expected ${ID}`],
  [7, `found 7, expected ${ID}`],
  [null, `found null, expected ${ID}`],
];
const badText: Bad[] = [
  ['', `found "", expected ${TEXT}`],
  [['x'], `found a list, expected ${TEXT}`],
];
const badAnyText: Bad[] = [
  [7, 'found 7, expected a text'],
  [null, 'found null, expected a text'],
];
const badInstant: Bad[] = [
  [1773084600000, `found 1773084600000, expected ${INSTANT}`],
  ['2026-03-10T00:30:00', `found "2026-03-10T00:30:00", expected ${INSTANT}`],
  ['2026-03-10', `found "2026-03-10", expected ${INSTANT}`],
  ['2026-02-29T00:00:00Z', `found "2026-02-29T00:00:00Z", expected ${INSTANT}, on a day that the calendar has`],
  ['2026-03-10T24:00:00Z', `found "2026-03-10T24:00:00Z", expected ${INSTANT}`],
  ['2026-03-10T00:00:00.0001Z', `found "2026-03-10T00:00:00.0001Z", expected ${INSTANT}, in whole milliseconds`],
];
const badDuration: Bad[] = [
  [60, `found 60, expected ${DURATION}`],
  ['60', `found "60", expected ${DURATION}`],
  ['-5m', `found "-5m", expected ${DURATION}`],
  ['P1M', `found "P1M", expected ${DURATION}, without years and months, which have no fixed length`],
];
const badLength: Bad[] = [...badDuration, ['0s', `found "0s", expected ${DURATION}, longer than zero`]];
const badCount: Bad[] = [
  [0, `found 0, expected ${COUNT}`],
  [1.5, `found 1.5, expected ${COUNT}`],
  ['1', `found "1", expected ${COUNT}`],
];
const badEvidence: Bad[] = [[null, 'found null, expected an object']];
const badWord = (words: string): Bad[] => [
  ['Ok', `found "Ok", expected one of ${words}`],
  [null, `found null, expected one of ${words}`],
];

interface TypeCase {
  readonly line: Readonly<Record<string, unknown>>;
  /** Of a required field: what is expected where nothing stands; null for an optional one. */
  readonly fields: Readonly<Record<string, readonly [missing: string | null, bad: readonly Bad[]]>>;
  /** Mistakes whose message names a field inside: path, whole value of the field, message. */
  readonly inner?: readonly (readonly [field: string, value: unknown, message: string])[];
}

const LOCALES = 'kk, ru, en';
const STATUSES = 'active, suspended, blocked, ended';
const BOUNDARIES = 'midpoint, observed, minimal, maximal';
const PRIORITIES = 'high, medium, low';
const EVENTS = 'registered, started, waiting, resumed, resolved, reopened';
const EMAIL = 'an e-mail address such as ops@example.kz';
const AMOUNT = 'a decimal such as "12000.00", with at most 2 decimals in KZT';
const REQUIRE = '"all", "any" or a whole number from 1';

const TYPES: Readonly<Record<string, TypeCase>> = {
  customer: {
    line: { id: 'c1', name: 'Aigerim LLP', email: 'ops@example.kz', locale: 'kk' },
    fields: {
      id: [ID, badId],
      name: [TEXT, badText],
      email: [
        EMAIL,
        [
          ['ops', `found "ops", expected ${EMAIL}`],
          ['a b@example.kz', `found "a b@example.kz", expected ${EMAIL}`],
          ['a@b@c', `found "a@b@c", expected ${EMAIL}`],
          ['a@b.kz\nBcc: x@y.z', `found "a@b.kz\\nBcc: x@y.z", expected ${EMAIL}`],
        ],
      ],
      locale: [`one of ${LOCALES}`, badWord(LOCALES)],
      at: [null, badInstant],
    },
  },
  service: {
    line: { id: 's1', customer: 'c1', components: { web: { checks: ['s1/web'] } } },
    fields: {
      id: [ID, badId],
      customer: [ID, badId],
      components: [
        'components by name',
        [
          [[], 'found a list, expected components by name'],
          [{}, 'found an empty object, expected at least one of components by name'],
        ],
      ],
      contract: [null, badId],
      from: [null, badInstant],
      at: [null, badInstant],
    },
    inner: [
      ['components.web', { web: ['s1/web'] }, 'found a list, expected an object with checks, require, counts'],
      ['components.web.checks', { web: {} }, 'found nothing, expected a list of ids'],
      ['components.web.checks', { web: { checks: 's1/web' } }, `found "s1/web", expected ${IDS}`],
      ['components.web.checks', { web: { checks: [] } }, `found an empty list, expected ${IDS}`],
      ['components.web.checks[1]', { web: { checks: ['a', 3] } }, `found 3, expected ${ID}`],
      ['components.web.checks[1]', { web: { checks: ['a', 'a'] } }, 'found "a", expected each id once'],
      ['components.web.require', { web: { checks: ['a'], require: 'most' } }, `found "most", expected ${REQUIRE}`],
      ['components.web.require', { web: { checks: ['a'], require: 0 } }, `found 0, expected ${REQUIRE}`],
      [
        'components.web.require',
        { web: { checks: ['a'], require: 2 } },
        'found 2, expected at most 1, the number of checks',
      ],
      ['components.web.counts', { web: { checks: ['a'], counts: 'yes' } }, 'found "yes", expected true or false'],
      [
        'components.web.check',
        { web: { checks: ['a'], check: [] } },
        'found an unknown field, expected one of checks, require, counts (nearest: checks)',
      ],
      ['components.\\u001b[31m.checks', { '\u001b[31m': {} }, 'found nothing, expected a list of ids'],
      ['components.__proto__.checks', JSON.parse('{"__proto__": {}}'), 'found nothing, expected a list of ids'],
    ],
  },
  check: {
    line: { id: 's1/web' },
    fields: {
      id: [ID, badId],
      vantages: [
        null,
        [
          ['local', `found "local", expected ${IDS}`],
          [[], `found an empty list, expected ${IDS}`],
        ],
      ],
      interval: [null, badLength],
      maxGap: [null, badLength],
      failures: [null, badCount],
      successes: [null, badCount],
      quorum: [null, [['most', 'found "most", expected "majority" or a whole number from 1']]],
      boundary: [null, badWord(BOUNDARIES)],
      from: [null, badInstant],
      at: [null, badInstant],
    },
    inner: [
      ['vantages[1]', ['a', 'a'], 'found "a", expected each id once'],
      ['vantages[0]', [''], `found "", expected ${ID}`],
    ],
  },
  fee: {
    line: { service: 's1', from: AT, monthly: { amount: '12000.00', currency: 'KZT' } },
    fields: {
      service: [ID, badId],
      from: [INSTANT, badInstant],
      monthly: [
        'an object with amount and currency',
        [
          ['12000.00', 'found "12000.00", expected an object with amount, currency'],
          [12000, 'found 12000, expected an object with amount, currency'],
        ],
      ],
      at: [null, badInstant],
    },
    inner: [
      ['monthly.amount', { currency: 'KZT' }, 'found nothing, expected a text'],
      ['monthly.amount', { amount: 12000, currency: 'KZT' }, 'found 12000, expected a text'],
      ['monthly.amount', { amount: '-1', currency: 'KZT' }, `found "-1", expected ${AMOUNT}`],
      ['monthly.amount', { amount: '1.234', currency: 'KZT' }, `found "1.234", expected ${AMOUNT}`],
      ['monthly.currency', { amount: '1' }, 'found nothing, expected a text'],
      ['monthly.currency', { amount: '1', currency: 'kzt' }, 'found "kzt", expected an ISO 4217 code such as KZT'],
      [
        'monthly.curency',
        { amount: '1', currency: 'KZT', curency: 'KZT' },
        'found an unknown field, expected one of amount, currency (nearest: currency)',
      ],
    ],
  },
  lifecycle: {
    line: { service: 's1', from: AT, status: 'active' },
    fields: {
      service: [ID, badId],
      from: [INSTANT, badInstant],
      status: [`one of ${STATUSES}`, badWord(STATUSES)],
      at: [null, badInstant],
    },
  },
  observation: {
    line: { check: 's1/web', at: AT, outcome: 'ok' },
    fields: {
      check: [ID, badId],
      vantage: [null, badId],
      at: [INSTANT, badInstant],
      outcome: ['one of ok, fail, void', badWord('ok, fail, void')],
      error: [null, badAnyText],
    },
  },
  edge: {
    line: { check: 's1/web', to: 'down', earliest: AT, latest: AT, at: AT },
    fields: {
      check: [ID, badId],
      vantage: [null, badId],
      to: ['one of up, down, unknown', badWord('up, down, unknown')],
      earliest: [INSTANT, badInstant],
      latest: [
        INSTANT,
        [
          ...badInstant,
          [
            '2026-03-10T00:29:59.999+05:00',
            'found 2026-03-09T19:29:59.999Z, expected an instant not before earliest, 2026-03-09T19:30:00.000Z',
          ],
        ],
      ],
      at: [INSTANT, badInstant],
      evidence: [null, badEvidence],
    },
  },
  work: {
    line: { id: 'w1', revision: 1, start: AT, end: LATER, services: '*', at: AT },
    fields: {
      id: [ID, badId],
      revision: [COUNT, badCount],
      start: [INSTANT, badInstant],
      end: [
        INSTANT,
        [
          ...badInstant,
          [AT, 'found 2026-03-09T19:30:00.000Z, expected an instant after start, 2026-03-09T19:30:00.000Z'],
          [
            '2026-03-10T00:00:00+05:00',
            'found 2026-03-09T19:00:00.000Z, expected an instant after start, 2026-03-09T19:30:00.000Z',
          ],
        ],
      ],
      services: [
        'a list of ids, or "*"',
        [
          ['all', 'found "all", expected a list of ids, or "*"'],
          [null, 'found null, expected a list of ids, or "*"'],
        ],
      ],
      at: [INSTANT, badInstant],
    },
    inner: [['services[0]', [4], `found 4, expected ${ID}`]],
  },
  'work-cancelled': {
    line: { id: 'w1', at: AT },
    fields: { id: [ID, badId], at: [INSTANT, badInstant] },
  },
  notice: {
    line: { work: 'w1', revision: 1, customer: 'c1', at: AT, channel: 'email' },
    fields: {
      work: [ID, badId],
      revision: [COUNT, badCount],
      customer: [ID, badId],
      at: [INSTANT, badInstant],
      channel: [TEXT, badText],
      evidence: [null, badEvidence],
    },
  },
  exclusion: {
    line: { id: 'x1', service: 's1', start: AT, end: LATER, reason: 'network', by: 'duty', at: AT },
    fields: {
      id: [ID, badId],
      service: [ID, badId],
      start: [INSTANT, badInstant],
      end: [
        INSTANT,
        [
          ...badInstant,
          [AT, 'found 2026-03-09T19:30:00.000Z, expected an instant after start, 2026-03-09T19:30:00.000Z'],
        ],
      ],
      reason: ['one of force-majeure, network', badWord('force-majeure, network')],
      by: [TEXT, badText],
      note: [null, badAnyText],
      at: [INSTANT, badInstant],
    },
  },
  'exclusion-withdrawn': {
    line: { id: 'x1', at: AT, by: 'duty' },
    fields: { id: [ID, badId], at: [INSTANT, badInstant], by: [TEXT, badText] },
  },
  claim: {
    line: { id: 't1', service: 's1', date: '2026-03-10', duration: '12h', at: AT },
    fields: {
      id: [ID, badId],
      service: [ID, badId],
      date: [
        'a day such as 2026-03-10',
        [
          ['2026-02-30', 'found "2026-02-30", expected a day such as 2026-03-10'],
          ['20260310', 'found "20260310", expected a day such as 2026-03-10'],
          [AT, `found "${AT}", expected a day such as 2026-03-10`],
          [20260310, 'found 20260310, expected a day such as 2026-03-10'],
        ],
      ],
      duration: [DURATION, badDuration],
      at: [INSTANT, badInstant],
    },
  },
  ticket: {
    line: { id: 'q1', service: 's1', priority: 'high', event: 'registered', at: AT },
    fields: {
      id: [ID, badId],
      service: [ID, badId],
      priority: [`one of ${PRIORITIES}`, badWord(PRIORITIES)],
      event: [`one of ${EVENTS}`, badWord(EVENTS)],
      at: [INSTANT, badInstant],
    },
  },
};

/** The problems of a file of one line (after a blank one), as sentences. */
function problems(line: unknown): readonly string[] {
  const parsed = parseReplayFile(['', typeof line === 'string' ? line : JSON.stringify(line)], RULES);
  if (parsed.ok) return [];
  return parsed.problems.map(describeProblem);
}

describe.each(Object.entries(TYPES))('%s', (type, { line, fields, inner = [] }) => {
  const rows = Object.entries(fields).flatMap(([field, [missing, bad]]) => [
    ...(missing === null ? [] : [[field, undefined, `found nothing, expected ${missing}`] as const]),
    ...bad.map(([value, message]) => [field, value, message] as const),
  ]);

  it.each(rows)('%s %j: %s', (field, value, message) => {
    expect(problems({ type, ...line, [field]: value })).toEqual([`line 2: ${field}: ${message}`]);
  });

  it.each(inner)('%s in %j: %s', (path, value, message) => {
    const field = /^[a-z]+/i.exec(path)?.[0] ?? '';
    expect(problems({ type, ...line, [field]: value })).toEqual([`line 2: ${path}: ${message}`]);
  });

  it('names every field it has when it finds one that it has not', () => {
    const names = ['type', ...Object.keys(fields)];
    const [message = ''] = problems({ type, ...line, zzz: 1 });
    expect(message).toMatch(/^line 2: zzz: found an unknown field, expected one of /);
    const named = /one of ([^(]*[^( ])/.exec(message)?.[1]?.split(', ') ?? [];
    expect(named.toSorted()).toEqual(names.toSorted());
  });

  it('reports all problems of a line, not only the first', () => {
    const required = Object.entries(fields).filter(([, [missing]]) => missing !== null);
    expect(problems({ type })).toEqual(
      required.map(([field, [missing]]) => `line 2: ${field}: found nothing, expected ${missing}`),
    );
  });
});

describe('a line as a whole', () => {
  const known = Object.keys(TYPES);
  it.each([
    ['not JSON', 'customer', 'line 2: found "customer", expected one JSON object'],
    ['half an object', '{"type":"fee"', 'line 2: found "{\\"type\\":\\"fee\\"", expected one JSON object'],
    ['two objects', '{} {}', 'line 2: found "{} {}", expected one JSON object (unreadable at column 4)'],
    ['a list', '[]', 'line 2: found a list, expected one JSON object'],
    ['null', 'null', 'line 2: found null, expected one JSON object'],
    ['a number', '1', 'line 2: found 1, expected one JSON object'],
    ['what a terminal would obey', '\u001b[2J\u202e', 'line 2: found "\\u001b[2J\\u{202e}", expected one JSON object'],
    ['a comment', '# fees', 'line 2: found "# fees", expected one JSON object'],
    ['a name twice', '{"type":"fee","type":"claim"}', 'line 2: type: found the field twice, expected it once'],
    ['a name twice, escaped', '{"a\\"":{"b":"x:","\\u0062":1}}', 'line 2: b: found the field twice, expected it once'],
    ['endless nesting', `{"a":${'['.repeat(70)}${']'.repeat(70)}}`, 'line 2: found 71 levels of nesting, expected at'],
    ['no type', '{"id":"c1"}', 'line 2: type: found nothing, expected one of customer, '],
    ['an inherited name as type', '{"type":"constructor"}', 'line 2: type: found "constructor", expected one of '],
    ['a type of the live journal only', '{"type":"coverage"}', 'line 2: type: found "coverage", expected one of '],
  ])('is refused when it is %s', (_name, text, message) => {
    const [first = '', ...others] = problems(text);
    expect(first.slice(0, message.length)).toBe(message);
    expect(others).toEqual([]);
  });

  it('of an unknown type is answered with the known ones and the nearest', () => {
    const [message = ''] = problems({ type: 'costumer' });
    expect(message).toMatch(/^line 2: type: found "costumer", expected one of .* \(nearest: customer\)$/);
    const named = /one of (.*) \(nearest/.exec(message)?.[1]?.split(', ') ?? [];
    expect(named.toSorted()).toEqual(known.toSorted());
  });

  it('may be blank, with a carriage return or without', () => {
    for (const blank of ['', '  \t', '\r']) expect(problems(blank)).toEqual([]);
    expect(problems('\u00a0')).toHaveLength(1);
  });
});

describe('an edge', () => {
  const edge = TYPES.edge?.line ?? {};
  it('into unknown is exact', () => {
    expect(problems({ type: 'edge', ...edge, to: 'unknown', latest: LATER })).toEqual([
      'line 2: latest: found 2026-03-09T20:00:00.000Z, expected earliest, 2026-03-09T19:30:00.000Z: an edge into unknown is exact',
    ]);
  });
});
