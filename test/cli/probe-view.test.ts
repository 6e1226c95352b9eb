import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatProbe, formatRun, formatSummary, spreadOf } from '../../src/cli/probe-view.ts';
import { formatMs, tellOutcome } from '../../src/cli/probe-words.ts';
import { displayWidth } from '../../src/cli/terminal-text.ts';
import { DAY } from '../../src/domain/time/instant.ts';
import { FAILURES, type ProbeResult, VOIDS } from '../../src/probes/outcome.ts';
import { expectGolden } from './golden-text.ts';
import { HOSTILE_NAMES, obeyedCharacters } from './hostile.ts';

const PLAIN = { color: false };
const SENT = Date.parse('2026-03-10T07:00:00Z');
const PHASES = { resolveMs: 12.34, connectMs: 20.5, tlsMs: 41.7, firstByteMs: 30.01, transferMs: 0.412 };
const CERTIFICATE = {
  subject: 'CN=example.kz',
  issuer: 'C=US, O=Example Trust, CN=Example R3',
  names: ['example.kz', 'www.example.kz'],
  notBefore: SENT - 30 * DAY,
  notAfter: SENT + 60 * DAY,
  fingerprint256: Array.from({ length: 32 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':'),
};
const EVIDENCE = { address: '203.0.113.7', status: 200, tlsProtocol: 'TLSv1.3', certificate: CERTIFICATE };
const OK: ProbeResult = {
  outcome: 'ok',
  sentAt: SENT,
  shownAt: SENT + 106,
  durationMs: 105.1,
  phases: PHASES,
  evidence: EVIDENCE,
};
const FAIL: ProbeResult = {
  outcome: 'fail',
  error: 'http_status',
  sentAt: SENT,
  shownAt: SENT + 106,
  durationMs: 105.1,
  phases: PHASES,
  evidence: { ...EVIDENCE, status: 503, seen: 'status 503', expected: 'status 200-399' },
};
const VOID: ProbeResult = {
  outcome: 'void',
  error: 'guard_refused',
  sentAt: SENT,
  shownAt: SENT + 1,
  durationMs: 0.2,
  phases: {},
  evidence: { address: '10.0.0.7', seen: '10.0.0.7 is private, and no allowed range holds it' },
};
const MIDDLE = { ...CERTIFICATE, subject: 'C=US, O=Example Trust, CN=Example R3', notAfter: SENT + 10 * DAY };
const view = (result: ProbeResult) => ({
  target: 'https://example.kz/',
  result,
  chain: result.evidence.certificate === undefined ? [] : [result.evidence.certificate, MIDDLE],
  guard: 'a public address, may be dialled',
});

describe('formatProbe', () => {
  it.each([
    ['ok', OK],
    ['fail', FAIL],
    ['void', VOID],
  ] as const)('says first what came out, then where the time went, then what was seen: %s', (name, result) => {
    expectGolden(`probe-${name}`, formatProbe(view(result), PLAIN));
  });

  it.each([80, 60, 40, 24])('fits a terminal of %d columns', (width) => {
    for (const result of [OK, FAIL, VOID]) {
      const text = formatProbe({ ...view(result), check: 'shop/web/front' }, { color: false, width });
      expectGolden(`probe-${result.outcome}-${width}`, text);
      for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
    }
  });

  it('does not take the response code of a DNS reply for a status', () => {
    const text = formatProbe(view({ ...OK, evidence: { status: 0 } }), PLAIN);
    expect(text).toContain('It serves: 105 ms.');
    expect(text).toMatch(/^Response code {2}0$/m);
  });

  it('shows each certificate of the chain with the days it has left, or that none was sent', () => {
    const root = { ...CERTIFICATE, subject: 'CN=Root', notAfter: SENT - DAY };
    const text = formatProbe({ ...view(OK), chain: [CERTIFICATE, MIDDLE, root] }, PLAIN);
    expect(text).toMatch(
      /^Chain {8}C=US, O=Example Trust, CN=Example R3, to 2026-03-20: 10 days\n {13}CN=Root, to 2026-03-09: none, expired 1 day ago$/m,
    );
    const alone = formatProbe({ ...view(OK), chain: [CERTIFICATE] }, PLAIN);
    expect(alone).toMatch(/^Chain {8}\(no other certificate was sent\)$/m);
  });

  it('does not count days of a certificate that is not valid yet', () => {
    const certificate = { ...CERTIFICATE, notBefore: SENT + 3 * DAY };
    expect(formatProbe(view({ ...OK, evidence: { certificate } }), PLAIN)).toMatch(
      /^Left {9}not valid yet, begins in 3 days$/m,
    );
  });

  it('shows the same with colour as without, but for the colour', () => {
    for (const result of [OK, FAIL, VOID]) {
      const coloured = formatProbe(view(result), { color: true });
      expect(coloured).toContain('\x1b[');
      expect(stripVTControlCharacters(coloured)).toBe(formatProbe(view(result), PLAIN));
    }
  });

  it.each(HOSTILE_NAMES)('lets no escape of a target through: %j', (name) => {
    const evidence = {
      ...EVIDENCE,
      address: name,
      seen: name,
      expected: name,
      tlsProtocol: name,
      certificate: { ...CERTIFICATE, subject: name, issuer: name, names: [name], fingerprint256: name },
    };
    const text = formatProbe(
      { ...view({ ...FAIL, evidence }), target: name, guard: name },
      { color: false, width: 60 },
    );
    expect(obeyedCharacters(text)).toEqual([]);
  });

  it.each([
    [-3 * DAY, 'none, expired 3 days ago'],
    [DAY, '1 day'],
    [13.5 * DAY, '13 days'],
  ])('counts the days a certificate has left (%d ms)', (ms, words) => {
    const certificate = { ...CERTIFICATE, notAfter: SENT + ms };
    expect(formatProbe(view({ ...OK, evidence: { certificate } }), PLAIN)).toMatch(
      new RegExp(`^Left         ${words}$`, 'm'),
    );
  });

  it('shows evidence that it does not know in a row of its own', () => {
    const more = { httpVersion: 'HTTP/2', answers: ['192.0.2.1', '192.0.2.2'], serial: 7, soa: { mname: 'ns' } };
    const text = formatProbe(view({ ...OK, evidence: { ...more } as ProbeResult['evidence'] }), PLAIN);
    expect(text).toMatch(/^HTTP version {2}HTTP\/2$/m);
    expect(text).toMatch(/^Answers {7}192\.0\.2\.1, 192\.0\.2\.2$/m);
    expect(text).toMatch(/^Soa {11}\{"mname":"ns"\}$/m);
  });

  it('draws no bar outside its room, however the phases lie', () => {
    const result = { ...OK, durationMs: 10, phases: { connectMs: 40, tlsMs: 1e-9, firstByteMs: 0 } };
    for (const line of formatProbe(view(result), { color: false, width: 50 }).split('\n')) {
      expect(displayWidth(line)).toBeLessThanOrEqual(50);
    }
  });
});

describe('tellOutcome', () => {
  it.each([...FAILURES, ...VOIDS])('has words for %s', (error) => {
    const outcome = (FAILURES as readonly string[]).includes(error) ? 'fail' : 'void';
    const told = tellOutcome({ ...FAIL, outcome, error, evidence: {} } as ProbeResult);
    expect(told).toMatch(/^(?:It fails|Not known): [A-Za-z0-9, -]+\.$/);
    expect(told).not.toContain(error);
  });

  it('puts what was seen and what was expected into the sentence', () => {
    expect(tellOutcome(FAIL)).toBe('It fails: the status is not an accepted one: status 503, expected status 200-399.');
  });
});

describe('several probes', () => {
  it('takes a line each, and sums up', () => {
    const results = [OK, { ...OK, durationMs: 90, phases: { connectMs: 10 } }, FAIL, VOID];
    const lines = results.map((result, index) => formatRun(index + 1, result, PLAIN));
    expectGolden('probe-count', [...lines, '', formatSummary(results, PLAIN)].join('\n'));
  });

  it.each([
    [[3], { min: 3, median: 3, max: 3 }],
    [[4, 1], { min: 1, median: 2.5, max: 4 }],
    [[9, 1, 2], { min: 1, median: 2, max: 9 }],
  ])('spreads %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });
});

describe('formatMs', () => {
  it.each([
    [0.1234, '0.123 ms'],
    [1, '1.0 ms'],
    [12.34, '12.3 ms'],
    [1_234.5, '1235 ms'],
  ])('%d is %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });
});
