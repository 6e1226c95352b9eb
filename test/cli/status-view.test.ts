import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatStatus } from '../../src/cli/status-view.ts';
import { displayWidth } from '../../src/cli/terminal-text.ts';
import { HOUR, MINUTE } from '../../src/domain/time/instant.ts';
import type { ServiceStatus, StatusView } from '../../src/report/status.ts';
import { expectGolden } from './golden-text.ts';
import { HOSTILE_NAMES, obeyedCharacters } from './hostile.ts';

const NOW = Date.parse('2026-03-10T12:00:00+05:00');
const PLAIN = { color: false };

function service(name: string, rest: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    service: name,
    customer: `customer of ${name}`,
    state: 'up',
    since: NOW - 100 * HOUR,
    monthAvailability: '100.0000',
    yearAvailability: '100.0000',
    unplannedMonthMs: 0,
    accrued: '0.00',
    currency: 'KZT',
    promise: 'kept',
    ...rest,
  };
}

function down(name: string, durationMs: number, rest: Partial<ServiceStatus> = {}): ServiceStatus {
  const start = NOW - durationMs;
  return service(name, {
    state: 'down',
    since: start,
    openOutage: { start, class: 'unplanned', durationMs },
    unplannedMonthMs: durationMs,
    monthAvailability: '99.1234',
    accrued: '12.34',
    promise: 'at-risk',
    ...rest,
  });
}

function status(...services: ServiceStatus[]): StatusView {
  return {
    version: '0.1.0',
    startedAt: NOW - 3_723_456,
    now: NOW,
    offsetMinutes: 300,
    services,
    journal: { entries: 12_345 },
    probes: { perSecond: 16.66, total: 62_057, failed: 12 },
  };
}

const MANY_WELL = Array.from({ length: 30 }, (_, index) => service(`well-${String(index).padStart(2, '0')}`));
const TROUBLED = [
  service('гүлдер.қаз', { customer: 'Әсел Нұрланқызы' }),
  service('lately-down', { monthAvailability: '99.7999', unplannedMonthMs: 20 * MINUTE, accrued: '3.33' }),
  down('down-short', 5 * MINUTE + 7),
  service('blind', { state: 'unknown', since: null, monthAvailability: null, yearAvailability: null }),
  down('down-long', 26 * HOUR, { promise: 'broken', yearAvailability: '98.0000' }),
  down('down-by-plan', HOUR, { openOutage: { start: NOW - HOUR, class: 'planned', durationMs: HOUR } }),
  service('a-little-worse', { monthAvailability: '99.9000', unplannedMonthMs: MINUTE }),
];

/** The services in the order of the list's rows. */
function listed(text: string): string[] {
  const lines = text.split('\n');
  return lines
    .slice(lines.findIndex((line) => line.startsWith('State')) + 1)
    .map((line) => line.split(/ {2,}/)[1] ?? '');
}

describe('formatStatus', () => {
  it('puts the longest outage first, then the unknown, then the worst availability', () => {
    const text = formatStatus(status(...TROUBLED), PLAIN);
    expectGolden('status-troubled', text);
    expect(listed(text)).toEqual([
      'down-long',
      'down-by-plan',
      'down-short',
      'blind',
      'lately-down',
      'a-little-worse',
      'гүлдер.қаз',
    ]);
  });

  it('fits a terminal of 80 columns', () => {
    const text = formatStatus(status(...TROUBLED), { color: false, width: 80 });
    expectGolden('status-80', text);
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it.each([
    ['blind', 'Sight    blind: the canaries do not answer, and nothing that is seen counts'],
    ['doubtful', 'Sight    in doubt: most servers fail at once, and no canaries tell why'],
  ] as const)('says that the monitor is %s, in 80 columns', (sight, line) => {
    const lines = formatStatus({ ...status(), sight }, { color: false, width: 80 }).split('\n');
    expect(lines).toContain(line);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
  });

  it('says so when all is well and does not list more than 20 well services', () => {
    expectGolden('status-well', formatStatus(status(...MANY_WELL), PLAIN));
  });

  it('lists all that is not well beside a count of the many that are', () => {
    const text = formatStatus(status(...MANY_WELL, ...TROUBLED), PLAIN);
    expectGolden('status-many', text);
    expect(text).not.toContain('well-');
    expect(text).toContain('31 more are up, without');
  });

  it('lists every service with --all, and lists of up to 20 without it', () => {
    expect(listed(formatStatus(status(...MANY_WELL), { ...PLAIN, all: true }))).toHaveLength(30);
    expect(listed(formatStatus(status(...MANY_WELL.slice(0, 20)), PLAIN))).toHaveLength(20);
  });

  it('does not call a service well that broke its promise or was down this month', () => {
    const text = formatStatus(status(...MANY_WELL, service('broken', { promise: 'broken' })), PLAIN);
    expect(listed(text)).toContain('broken');
    expect(text).toContain('All 31 services are up.\n');
  });

  it('speaks of no service and of one as it should', () => {
    expect(formatStatus(status(), PLAIN)).toMatch(/No services to watch\.$/);
    expect(formatStatus(status(service('a')), PLAIN)).toContain('The one service is up. No unplanned');
  });

  it('shows the same with colour as without, but for the colour', () => {
    const colored = formatStatus(status(...TROUBLED, ...MANY_WELL), { color: true });
    expect(colored).toContain('\x1b[31mdown\x1b[39m');
    expect(stripVTControlCharacters(colored)).toBe(formatStatus(status(...TROUBLED, ...MANY_WELL), PLAIN));
  });

  it('lets no terminal escape of a name through and keeps a row a line', () => {
    const hostile = HOSTILE_NAMES.map((name) => down(name, HOUR, { customer: name, currency: name, accrued: name }));
    const text = formatStatus(status(...hostile), PLAIN);
    expect(obeyedCharacters(text)).toEqual([]);
    expect(listed(text)).toHaveLength(HOSTILE_NAMES.length);
  });
});
