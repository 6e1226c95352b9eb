import { describe, expect, it } from 'vitest';
import { startProgress } from '../../src/cli/progress.ts';
import { displayWidth } from '../../src/cli/terminal-text.ts';
import { ManualClock } from '../support/manual-clock.ts';

function terminal(columns?: number) {
  const written: string[] = [];
  const stream = { isTTY: true, ...(columns ? { columns } : {}), write: (text: string) => written.push(text) };
  return { stream, written };
}

describe('startProgress', () => {
  it('writes nothing where there is no terminal', () => {
    const { written } = terminal();
    const stream = { write: (text: string) => written.push(text) };
    const progress = startProgress({ stream, clock: new ManualClock(), label: 'Replaying', total: 10 });
    progress.update(5);
    progress.end();
    expect(written).toEqual([]);
  });

  it('draws at most ten times a second and takes itself away at the end', async () => {
    const { stream, written } = terminal();
    const clock = new ManualClock();
    const progress = startProgress({ stream, clock, label: 'Replaying', total: 1_000 });
    for (let done = 0; done < 1_000; done += 1) {
      progress.update(done);
      if (done === 499) await clock.advance(100);
    }
    progress.end();
    expect(written).toEqual([
      '\rReplaying  ░░░░░░░░░░░░░░░░░░░░░░░░   0 %  0 of 1000\x1b[K',
      '\rReplaying  ████████████░░░░░░░░░░░░  50 %  500 of 1000\x1b[K',
      '\r\x1b[K',
    ]);
  });

  it.each([
    [9_999, 10_000, ' 99 %'],
    [10_000, 10_000, '100 %'],
    [20_000, 10_000, '100 %'],
    [0, 0, '100 %'],
  ])('%d of %d is %s', (done, total, percent) => {
    const { stream, written } = terminal();
    startProgress({ stream, clock: new ManualClock(), label: 'x', total }).update(done);
    expect(written.join('')).toContain(percent);
  });

  it('counts where the total is not known, and stays on one line of a narrow terminal', () => {
    const { stream, written } = terminal(30);
    const clock = new ManualClock();
    startProgress({ stream, clock, label: 'Reading', total: 5 }).update(1);
    startProgress({ stream, clock, label: 'Reading\x1b[2J' }).update(1_234);
    const [bar = '', count] = written.map((text) => text.slice(1).replace('\x1b[K', ''));
    expect(displayWidth(bar)).toBe(29);
    expect(count).toBe('Reading[2J  1234');
  });
});
