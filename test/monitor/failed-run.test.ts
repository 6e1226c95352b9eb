import { expect, it } from 'vitest';
import { addFailed, type FailedRun, failedEvidence } from '../../src/monitor/failed-run.ts';
import type { Failure, ProbeEvidence } from '../../src/probes/outcome.ts';

const failed = (sentAt: number, error: Failure, evidence: ProbeEvidence = {}) =>
  ({ outcome: 'fail', error, sentAt, shownAt: sentAt, durationMs: 0, phases: {}, evidence }) as const;

it('counts what failed probes showed, and keeps each word and address once', () => {
  let run: FailedRun | undefined;
  run = addFailed(run, failed(10, 'http_status', { address: '203.0.113.1', blockPage: 2 }));
  run = addFailed(run, failed(20, 'http_status', { address: '203.0.113.2' }));
  run = addFailed(run, failed(30, 'dns_timeout'));
  expect(failedEvidence(run)).toEqual({
    since: 10,
    probes: 3,
    errors: ['http_status', 'dns_timeout'],
    addresses: ['203.0.113.1', '203.0.113.2'],
    addressed: 2,
    blocked: 1,
  });
});

it('is bounded however long an outage lasts, and says that it is', () => {
  let run: FailedRun | undefined;
  for (let n = 0; n < 1_000; n += 1)
    run = addFailed(run, failed(n, 'connect_timeout', { address: `203.0.113.${n % 9}` }));
  expect(run && failedEvidence(run)).toMatchObject({ probes: 1_000, addressed: 1_000, cut: true });
  expect(run?.addresses).toHaveLength(8);
});
