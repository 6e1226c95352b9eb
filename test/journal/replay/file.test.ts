/** Whole files: references, ambiguity, what is collected, and bytes from disk. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROBLEMS_MAX, parseReplayFile, type ReplayFile } from '../../../src/journal/replay/parse.ts';
import { describeProblem } from '../../../src/journal/replay/problem.ts';
import { readReplayFile } from '../../../src/journal/replay/read-file.ts';

const RULES = {
  exclusionReasons: ['force-majeure', 'customer', 'third-party-software', 'network', 'dns-propagation'],
};
const T1 = '2026-03-10T01:00:00+05:00';
const T2 = '2026-03-10T02:00:00+05:00';
const T3 = '2026-03-10T03:00:00+05:00';

const customer = { type: 'customer', id: 'c1', name: 'Aigerim LLP', email: 'ops@example.kz', locale: 'kk' };
const service = { type: 'service', id: 's1', customer: 'c1', components: { web: { checks: ['k1'] } } };
const check = { type: 'check', id: 'k1', vantages: ['ala', 'fra'] };
const work = { type: 'work', id: 'w1', revision: 1, start: T1, end: T2, services: ['s1'], at: T1 };
const exclusion = {
  type: 'exclusion',
  id: 'x1',
  service: 's1',
  start: T1,
  end: T2,
  reason: 'network',
  by: 'd',
  at: T1,
};
const claim = { type: 'claim', id: 't1', service: 's1', date: '2026-03-10', duration: '1h', at: T1 };
const edge = { type: 'edge', check: 'k1', vantage: 'ala', to: 'up', earliest: T1, latest: T1, at: T1 };
const observation = { type: 'observation', check: 'k1', vantage: 'ala', at: T1, outcome: 'ok' };
/** Lines 1 to 6. */
const base = [customer, service, check, work, exclusion, claim];

function messages(parsed: ReplayFile): readonly string[] {
  return parsed.ok ? [] : parsed.problems.map(describeProblem);
}

function parse(...lines: readonly object[]): ReplayFile {
  return parseReplayFile(
    lines.map((line) => JSON.stringify(line)),
    RULES,
  );
}

describe('lines held against each other', () => {
  const nothing = (field: string, id: string, type: string): string =>
    `line 7: ${field}: found "${id}", expected the id of a "${type}" line in this file`;

  it.each<[string, object, string]>([
    ['service to customer', { ...service, id: 's2', customer: 'c9' }, nothing('customer', 'c9', 'customer')],
    [
      'component to check',
      { ...service, id: 's2', components: { web: { checks: ['k1', 'k9'] } } },
      nothing('components.web.checks[1]', 'k9', 'check'),
    ],
    [
      'fee to service',
      { type: 'fee', service: 's9', from: T1, monthly: { amount: '1', currency: 'KZT' } },
      nothing('service', 's9', 'service'),
    ],
    [
      'lifecycle to service',
      { type: 'lifecycle', service: 's9', from: T1, status: 'active' },
      nothing('service', 's9', 'service'),
    ],
    ['observation to check', { ...observation, check: 'k9' }, nothing('check', 'k9', 'check')],
    [
      'observation to vantage',
      { ...observation, vantage: 'local' },
      'line 7: vantage: found "local", expected a vantage of check "k1": "ala", "fra"',
    ],
    ['edge to check', { ...edge, check: 'k9' }, nothing('check', 'k9', 'check')],
    [
      'edge to vantage',
      { ...edge, vantage: 'tse' },
      'line 7: vantage: found "tse", expected a vantage of check "k1": "ala", "fra"',
    ],
    ['work to service', { ...work, id: 'w2', services: ['s1', 's9'] }, nothing('services[1]', 's9', 'service')],
    ['work-cancelled to work', { type: 'work-cancelled', id: 'w9', at: T1 }, nothing('id', 'w9', 'work')],
    [
      'notice to work',
      { type: 'notice', work: 'w9', revision: 1, customer: 'c1', at: T1, channel: 'email' },
      nothing('work', 'w9', 'work'),
    ],
    [
      'notice to revision',
      { type: 'notice', work: 'w1', revision: 2, customer: 'c1', at: T1, channel: 'email' },
      'line 7: revision: found 2, expected a revision of work "w1" in this file',
    ],
    [
      'notice to customer',
      { type: 'notice', work: 'w1', revision: 1, customer: 'c9', at: T1, channel: 'email' },
      nothing('customer', 'c9', 'customer'),
    ],
    ['exclusion to service', { ...exclusion, id: 'x2', service: 's9' }, nothing('service', 's9', 'service')],
    [
      'exclusion-withdrawn to exclusion',
      { type: 'exclusion-withdrawn', id: 'x9', at: T1, by: 'd' },
      nothing('id', 'x9', 'exclusion'),
    ],
    ['claim to service', { ...claim, id: 't2', service: 's9' }, nothing('service', 's9', 'service')],
    [
      'ticket to service',
      { type: 'ticket', id: 'q1', service: 's9', priority: 'low', event: 'registered', at: T1 },
      nothing('service', 's9', 'service'),
    ],
    [
      'a revision after a gap',
      { ...work, revision: 3 },
      'line 7: revision: found 3, expected revision 2 too: revisions count 1, 2, 3… without a gap',
    ],
    ['a customer twice', customer, 'line 7: id: found "c1", as on line 1, expected an id or an at of its own'],
    ['a service twice', service, 'line 7: id: found "s1", as on line 2, expected an id or a from of its own'],
    ['a check twice', check, 'line 7: id: found "k1", as on line 3, expected an id or a from of its own'],
    ['a revision twice', work, 'line 7: id: found "w1", as on line 4, expected an id or a revision of its own'],
    ['an exclusion twice', exclusion, 'line 7: id: found "x1", as on line 5, expected an id of its own'],
    ['a claim twice', claim, 'line 7: id: found "t1", as on line 6, expected an id of its own'],
  ])('refuses %s', (_name, line, message) => {
    expect(messages(parse(...base, line))).toEqual([message]);
  });

  it('refuse a first revision that is not 1', () => {
    expect(messages(parse(customer, service, check, { ...work, revision: 2 }))).toEqual([
      'line 4: revision: found 2, expected revision 1 too: revisions count 1, 2, 3… without a gap',
    ]);
  });

  it.each([
    ['edge', 'observation', observation, edge],
    ['observation', 'edge', edge, observation],
  ])('refuse an %s where there are %ss of the same check and vantage', (second, first, one, other) => {
    expect(messages(parse(...base, one, { ...one, at: T2 }, other))).toEqual([
      `line 9: type: found "${second}", expected "${first}", as on line 7: a vantage of a check has one kind or the other`,
    ]);
  });

  it('take observations from one vantage and edges from another', () => {
    expect(messages(parse(...base, observation, { ...edge, vantage: 'fra' }))).toEqual([]);
  });

  it('take definitions in force from different instants, and vantages of any of them', () => {
    const lines = [
      ...base,
      { ...service, from: T2 },
      { ...check, from: T2, vantages: ['tse'] },
      { ...customer, at: T2, locale: 'ru' },
      { ...observation, vantage: 'tse' },
      observation,
    ];
    expect(messages(parse(...lines))).toEqual([]);
  });

  it('take any order', () => {
    const lines = [...base, { ...work, revision: 2 }, edge, { type: 'work-cancelled', id: 'w1', at: T2 }];
    expect(messages(parse(...lines.toReversed()))).toEqual([]);
  });

  it('are reported together, by line', () => {
    expect(messages(parse(customer, { ...service, customer: 'c9' }, { ...observation, check: 'k9' }))).toEqual([
      'line 2: customer: found "c9", expected the id of a "customer" line in this file',
      'line 2: components.web.checks[0]: found "k1", expected the id of a "check" line in this file',
      'line 3: check: found "k9", expected the id of a "check" line in this file',
    ]);
  });

  it('are not held against lines that cannot be read', () => {
    expect(messages(parse({ ...customer, email: 'ops' }, service, check))).toEqual([
      'line 1: email: found "ops", expected an e-mail address such as ops@example.kz',
    ]);
  });
});

describe('a whole file', () => {
  it('gives the facts in the order of the file, with their defaults, and the latest at', () => {
    const source = [
      JSON.stringify(claim),
      JSON.stringify(service),
      '',
      JSON.stringify({ type: 'check', id: 'k1', interval: '2m' }),
      JSON.stringify(customer),
      JSON.stringify({ type: 'observation', check: 'k1', at: T3, outcome: 'fail', error: 'http_status' }),
    ].join('\r\n');
    const at = Date.parse(T1);
    expect(parseReplayFile(`${source}\n`, RULES)).toEqual({
      ok: true,
      facts: [
        { type: 'claim', id: 't1', service: 's1', date: '2026-03-10', durationMs: 3_600_000, at },
        {
          type: 'service',
          id: 's1',
          customer: 'c1',
          components: { web: { checks: ['k1'], require: 'all', counts: true } },
        },
        {
          type: 'check',
          id: 'k1',
          vantages: ['local'],
          intervalMs: 120_000,
          maxGapMs: 360_000,
          failures: 3,
          successes: 2,
          quorum: 'majority',
          boundary: 'midpoint',
        },
        customer,
        {
          type: 'observation',
          check: 'k1',
          vantage: 'local',
          at: Date.parse(T3),
          outcome: 'fail',
          error: 'http_status',
        },
      ],
      latestAt: Date.parse(T3),
    });
  });

  it('has no latest at when no line has one', () => {
    expect(parse(customer)).toMatchObject({ ok: true, latestAt: null });
    expect(parseReplayFile('', RULES)).toEqual({ ok: true, facts: [], latestAt: null });
  });

  it('keeps evidence that is no object as its value', () => {
    const parsed = parse(...base, { ...edge, evidence: 'seen by hand' }, { ...edge, at: T2, evidence: { n: [1] } });
    expect(parsed.ok && parsed.facts.slice(6)).toMatchObject([
      { evidence: { value: 'seen by hand' } },
      { evidence: { n: [1] } },
    ]);
  });

  it('stops after a hundred problems and says that there are more', () => {
    const endless = (function* () {
      while (true) yield '[]';
    })();
    const parsed = parseReplayFile(endless, RULES);
    expect(parsed).toMatchObject({ ok: false, more: true });
    expect(messages(parsed)).toHaveLength(PROBLEMS_MAX);
    const few = parseReplayFile(Array(PROBLEMS_MAX).fill('[]'), RULES);
    expect(few).toMatchObject({ ok: false, more: false });
  });
});

describe('a file on disk', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kepil-replay-'));
    path = join(directory, 'file.ndjson');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const read = async (bytes: Buffer | string): Promise<ReplayFile> => {
    writeFileSync(path, bytes);
    return readReplayFile(path, RULES);
  };
  const line = JSON.stringify({ ...customer, name: 'Айгерім ЖШС' });

  it('reads as its text does, with or without a last line feed or a byte order mark', async () => {
    const expected = parseReplayFile(line, RULES);
    expect(expected.ok).toBe(true);
    for (const text of [line, `${line}\n`, `\ufeff${line}`, `${line}\r\n`]) expect(await read(text)).toEqual(expected);
    expect(await read('')).toMatchObject({ ok: true, facts: [] });
  });

  it('reads lines and characters that lie across pieces', async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) =>
      JSON.stringify({ ...customer, id: `c${index}`, name: `${'ж'.repeat(index % 61)}😀` }),
    );
    lines.push(JSON.stringify({ ...customer, id: 'long', name: '😀ж'.repeat(700_000) }));
    const parsed = await read(lines.join('\n'));
    expect(parsed).toEqual(parseReplayFile(lines, RULES));
    expect(parsed.ok && parsed.facts.length).toBe(30_001);
  });

  it.each([
    ['a stray byte', Buffer.from([0x22, 0xff, 0x22]), 'byte 0xff at position 2 of the line'],
    ['Latin-1', Buffer.from('кафе é', 'latin1'), 'byte 0xe9 at position 6 of the line'],
    ['half a character', Buffer.from('ж').subarray(0, 1), 'byte 0xd0 at position 1 of the line'],
    ['a surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 'byte 0xed at position 2 of the line'],
    ['an overlong form', Buffer.from([0xc0, 0xaf]), 'byte 0xc0 at position 1 of the line'],
  ])('names the line of %s', async (_name, bytes, found) => {
    const file = Buffer.concat([Buffer.from(`${line}\n\n`), bytes, Buffer.from('\n[]\n')]);
    expect(messages(await read(file))).toEqual([
      `line 3: found ${found}, expected UTF-8`,
      'line 4: found a list, expected one JSON object',
    ]);
  });

  it('refuses a line without end', async () => {
    const parsed = await read(Buffer.alloc(18 << 20, 0x20));
    expect(messages(parsed)).toEqual(['line 1: found a line of more than 16777216 bytes, expected shorter lines']);
  });

  it('leaves a file that cannot be read to the caller', async () => {
    await expect(readReplayFile(join(directory, 'missing'), RULES)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the examples', () => {
  const directory = join(import.meta.dirname, '../../replay/examples');
  const files = readdirSync(directory).filter((name) => name.endsWith('.ndjson'));

  it('are there', () => expect(files.length).toBeGreaterThanOrEqual(6));

  it.each(files)('%s is read whole', async (name) => {
    const path = join(directory, name);
    const text = readFileSync(path, 'utf8');
    const parsed = await readReplayFile(path, RULES);
    expect(messages(parsed)).toEqual([]);
    expect(parsed.ok && parsed.facts.length).toBe(text.trim().split('\n').length);
    expect(parsed).toEqual(parseReplayFile(text, RULES));
  });
});

it('takes a quorum of more vantage points than there are: rule 4 asks only those that are alive', () => {
  const read = parseReplayFile(['{"type":"check","id":"k","quorum":5}'], { exclusionReasons: [] });
  expect(read).toMatchObject({ ok: true, facts: [{ type: 'check', quorum: 5, vantages: ['local'] }] });
});
