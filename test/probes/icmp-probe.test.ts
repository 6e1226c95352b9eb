import { afterAll, describe, expect, it } from 'vitest';
import { installed } from '../support/servers/program.ts';
import { startProbing } from './probing.ts';

const probing = startProbing({ allow: ['127.0.0.0/8', '::1/128', '192.0.2.0/24'] });
afterAll(() => probing.close());

const echo = (host: string, timeoutMs = 2_000) => probing.run({ target: { kind: 'icmp', host }, timeoutMs });

describe.skipIf(!installed('ping'))('an echo request by the system’s ping', () => {
  it('is answered by this machine, in the time that ping measured', async () => {
    const result = await echo('127.0.0.1');
    // A machine may forbid it to all but root: then it says so, and says nothing of the target.
    if (result.outcome === 'void') expect(result.error).toBe('unsupported');
    else expect(result).toMatchObject({ outcome: 'ok', phases: { firstByteMs: expect.any(Number) } });
    if (result.outcome === 'ok') expect(result.phases.firstByteMs).toBeLessThan(result.durationMs);
  });

  it('runs sixteen at a time; the others wait, and none is lost', async () => {
    const results = await Promise.all(Array.from({ length: 40 }, () => echo('127.0.0.1', 5_000)));
    expect(new Set(results.map(({ outcome }) => outcome)).size).toBe(1);
    expect(results.length).toBe(40);
  });

  it('is stopped with its signal', async () => {
    const controller = new AbortController();
    const run = probing.run({ target: { kind: 'icmp', host: '192.0.2.1' }, timeoutMs: 5_000 }, controller.signal);
    controller.abort();
    expect(await run).toMatchObject({ outcome: 'void', error: 'monitor_stopping' });
  });
});

it.each(['10.0.0.1', '127.0.0.1; id', '$(id)', '::ffff:10.0.0.1', 'a b'])('never runs ping for %s', async (host) => {
  expect(await echo(host)).toMatchObject({ outcome: 'void', error: 'guard_refused' });
});
