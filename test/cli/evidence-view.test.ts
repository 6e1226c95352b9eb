import { expect, it } from 'vitest';
import { evidenceLines } from '../../src/cli/evidence-view.ts';
import { formatInstant } from '../../src/domain/time/contract-calendar.ts';
import { at } from '../support/world.ts';

const show = (instant: number) => formatInstant(instant, 300);
const lines = (evidence: Readonly<Record<string, unknown>>, end: number | undefined = at('2026-03-10 11:00')) =>
  evidenceLines({ id: 'p1', ...(end === undefined ? {} : { end }), evidence }, show);

it('says of a broken path who said that it was up, how often, and when', () => {
  const probes = [
    { check: 's1/web/home', at: at('2026-03-10 10:00'), address: '203.0.113.80', error: 'connect_timeout' },
  ];
  const answers = [{ at: at('2026-03-10 10:01'), check: 's1/web/home', success: true }];
  expect(lines({ rule: 'path-broken', witness: '10.0.0.5:9115', count: 14, probes, answers })).toEqual([
    'p1: from inside the provider’s network it was up; 10.0.0.5:9115 said so 14 times',
    '  2026-03-10T10:00:00.000+05:00  s1/web/home  connect_timeout at 203.0.113.80',
    '  2026-03-10T10:01:00.000+05:00  s1/web/home  up, said the witness',
  ]);
});

it('says which page was shown', () => {
  const probes = [
    { check: 's1/web/home', at: at('2026-03-10 10:00'), address: '203.0.113.80', error: 'http_status', blockPage: 2 },
  ];
  expect(lines({ rule: 'block-page', probes })).toEqual([
    'p1: the provider’s page for blocked services was shown',
    '  2026-03-10T10:00:00.000+05:00  s1/web/home  http_status at 203.0.113.80, page 2 of provider.blockPages',
  ]);
});

it('shows what it does not know as it is, and nothing that a terminal obeys', () => {
  expect(lines({ rule: 'x\u001b[2J', probes: [null, { check: 'a\u202eb' }], answers: 7 })).toEqual([
    'p1: x[2J',
    '  –  ab  down at no address',
  ]);
});
