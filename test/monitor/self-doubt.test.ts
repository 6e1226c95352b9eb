import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { SelfDoubt } from '../../src/monitor/self-doubt.ts';
import type { Sample } from '../../src/monitor/watched-check.ts';
import type { Failure } from '../../src/probes/outcome.ts';

const NOW = 1_000_000;

/** Checks are named SERVER/CHECK. */
function sample(check: string, error?: Failure, sentAt = NOW): Sample {
  const run = { check, sentAt, durationMs: 1, latenessMs: 0, phases: {} };
  return error === undefined ? { ...run, outcome: 'ok' } : { ...run, outcome: 'fail', error };
}

const doubt = (): SelfDoubt => new SelfDoubt((check) => check.split('/')[0] ?? '');
const fails = (count: number, error: Failure): Sample[] =>
  Array.from({ length: count }, (_, n) => sample(`s${n}/a`, error));

describe('doubt', () => {
  it.each<[string, readonly Sample[], boolean | undefined]>([
    ['five servers of five cannot be reached', fails(5, 'connect_timeout'), true],
    ['the names of nine of ten are gone', [...fails(9, 'dns_timeout'), sample('s9/a')], true],
    ['no reply comes from any', fails(6, 'reply_timeout'), true],
    ['only four servers are known', fails(4, 'connect_timeout'), undefined],
    [
      'three of ten still answer',
      [...fails(7, 'connect_timeout'), ...['x/a', 'y/a', 'z/a'].map((id) => sample(id))],
      undefined,
    ],
    ['they answer, and badly', fails(9, 'http_status'), undefined],
    [
      'a hundred checks of one server fail',
      Array.from({ length: 100 }, (_, n) => sample(`s/${n}`, 'connect_refused')),
      undefined,
    ],
  ])('where %s', (_what, samples, expected) => {
    expect(doubt().take(samples, NOW)).toBe(expected);
  });

  it('is said once, and its end once', () => {
    const self = doubt();
    expect(self.take(fails(5, 'connect_timeout'), NOW)).toBe(true);
    expect(self.take(fails(5, 'connect_timeout'), NOW + SECOND)).toBeUndefined();
    expect(
      self.take(
        [sample('s0/a', undefined, NOW + 2 * SECOND), sample('s1/a', undefined, NOW + 2 * SECOND)],
        NOW + 2 * SECOND,
      ),
    ).toBe(false);
  });

  it('does not last on what was seen a minute ago', () => {
    const self = doubt();
    self.take(fails(5, 'connect_timeout'), NOW);
    expect(self.take([], NOW + 2 * MINUTE)).toBe(false);
  });
});
