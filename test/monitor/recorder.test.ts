import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import type { Draft, JournalEntry } from '../../src/journal/journal.ts';
import { Recorder } from '../../src/monitor/recorder.ts';
import type { Batch } from '../../src/monitor/watched-check.ts';
import { ManualClock } from '../support/manual-clock.ts';

const START = 20_513 * DAY;

/** A journal that takes facts after `tookMs`, and refuses them while `broken`. */
class ScriptedJournal {
  readonly facts: Fact[] = [];
  readonly appends: number[] = [];
  broken = false;
  tookMs = 0;
  inFlight = 0;
  mostInFlight = 0;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async append(drafts: readonly Draft[]): Promise<readonly JournalEntry[]> {
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      if (this.tookMs > 0) await this.#clock.sleep(this.tookMs);
      if (this.broken) throw new Error('no room');
      this.appends.push(drafts.length);
      for (const { fact } of drafts) this.facts.push(fact);
      return [];
    } finally {
      this.inFlight -= 1;
    }
  }
}

function rig() {
  const clock = new ManualClock(START);
  const journal = new ScriptedJournal(clock);
  const troubles: unknown[] = [];
  let overflows = 0;
  const recorder = new Recorder({
    journal,
    clock,
    vantage: 'almaty',
    onRecorded: () => {},
    onTrouble: (error) => troubles.push(error instanceof Error ? error.message : error),
    onOverflow: () => {
      overflows += 1;
    },
  });
  const shown = () =>
    journal.facts.map((fact) => {
      if (fact.type === 'edge') return `${fact.check} ${fact.to}`;
      return fact.type === 'coverage' ? `${fact.intervalMs} through ${fact.through - START}` : fact.type;
    });
  return { clock, journal, recorder, troubles, shown, overflows: () => overflows };
}

function batch(parts: { edges?: readonly string[]; through?: Instant | null; intervalMs?: number }): Batch {
  const { edges = [], through, intervalMs = MINUTE } = parts;
  return {
    edges: edges.map((check) => ({ check, to: 'down', earliest: START, latest: START + 1 })),
    coverage: through === undefined ? [] : [{ intervalMs, through: through === null ? null : START + through }],
    samples: [],
    blips: [],
    inFlight: 0,
    waiting: { budget: 0, server: 0, room: 0 },
    skipped: 0,
  };
}

describe('Recorder', () => {
  it('records edges at once, before the coverage that presumes them, with the instant and the vantage point', async () => {
    const { clock, journal, recorder, shown } = rig();
    recorder.take(batch({ edges: ['a', 'b'], through: 5 }));
    await clock.advance(0);
    expect(shown()).toEqual(['a down', 'b down', '60000 through 5']);
    expect(journal.facts[0]).toMatchObject({ vantage: 'almaty', at: START });
  });

  it('records coverage once an interval, and at most every five seconds', async () => {
    const { clock, recorder, shown } = rig();
    for (let second = 0; second <= 125; second += 1) {
      recorder.take(batch({ through: second }));
      recorder.take(batch({ through: second, intervalMs: SECOND }));
      await clock.advance(SECOND);
    }
    expect(shown().filter((text) => text.startsWith('60000 '))).toEqual([
      '60000 through 0',
      '60000 through 60',
      '60000 through 120',
    ]);
    expect(shown().filter((text) => text.startsWith('1000 '))).toHaveLength(26);
  });

  it('records coverage of a day-long interval every minute all the same', async () => {
    const { clock, recorder, shown } = rig();
    for (let second = 0; second <= 125; second += 1) {
      recorder.take(batch({ through: second, intervalMs: DAY }));
      await clock.advance(SECOND);
    }
    expect(shown()).toHaveLength(3);
  });

  it('records what no prober found in its turn, once, after a journal that refused as well', async () => {
    const { clock, journal, recorder, shown } = rig();
    journal.broken = true;
    recorder.take(batch({ edges: ['a'] }));
    recorder.record({ type: 'clock-stepped', at: START, expected: START - HOUR, byMs: HOUR, steps: 1 });
    await clock.advance(10 * SECOND);
    expect(shown()).toEqual([]);
    journal.broken = false;
    await clock.advance(10 * SECOND);
    expect(shown()).toEqual(['a down', 'clock-stepped']);
  });

  it('never records coverage that stands still or goes back', async () => {
    const { clock, recorder, shown } = rig();
    recorder.take(batch({ through: 50 }));
    await clock.advance(2 * MINUTE);
    recorder.take(batch({ through: 40 }));
    recorder.take(batch({ through: null }));
    recorder.take(batch({ edges: ['a'], through: 50 }));
    await clock.advance(2 * MINUTE);
    await recorder.flush();
    expect(shown()).toEqual(['60000 through 50', 'a down']);
  });

  it('keeps order and loses nothing while the journal refuses, says so, and says when it is over', async () => {
    const { clock, journal, recorder, troubles, shown } = rig();
    journal.broken = true;
    recorder.take(batch({ edges: ['a'], through: 1 }));
    await clock.advance(10);
    recorder.take(batch({ edges: ['b'], through: 2 }));
    await clock.advance(3 * SECOND);
    recorder.take(batch({ edges: ['c'], through: 3 }));
    expect(shown()).toEqual([]);
    expect(recorder.waiting).toBe(6);
    journal.broken = false;
    await clock.advance(2 * SECOND);
    expect(shown()).toEqual(['a down', '60000 through 1', 'b down', '60000 through 2', 'c down', '60000 through 3']);
    expect(recorder.waiting).toBe(0);
    expect(troubles.at(0)).toBe('no room');
    expect(troubles.at(-1)).toBeUndefined();
    expect(troubles.filter((trouble) => trouble === undefined)).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('writes one append at a time, in order, however slow the journal', async () => {
    const { clock, journal, recorder, shown } = rig();
    journal.tookMs = 5 * SECOND;
    for (let n = 0; n < 12; n += 1) {
      recorder.take(batch({ edges: [`c${n}`] }));
      await clock.advance(SECOND);
    }
    await clock.advance(MINUTE);
    expect(journal.mostInFlight).toBe(1);
    expect(shown()).toEqual(Array.from({ length: 12 }, (_, n) => `c${n} down`));
  });

  it('flushes the last coverage, and resolves only when it is on disk', async () => {
    const { clock, journal, recorder, shown } = rig();
    journal.tookMs = SECOND;
    recorder.take(batch({ edges: ['a'], through: 1 }));
    await clock.advance(10);
    recorder.take(batch({ through: 2 }));
    let flushed: readonly string[] | undefined;
    const flushing = recorder.flush().then(() => {
      flushed = shown();
    });
    await clock.advance(10 * SECOND);
    await flushing;
    expect(flushed).toEqual(['a down', '60000 through 1', '60000 through 2']);
  });

  it('rejects a flush that the journal refuses, whenever the refusal comes', async () => {
    const { clock, journal, recorder } = rig();
    journal.tookMs = SECOND;
    recorder.take(batch({ edges: ['a'] }));
    await clock.advance(10);
    recorder.take(batch({ edges: ['b'] }));
    const flushing = expect(recorder.flush()).rejects.toThrow('no room');
    journal.broken = true;
    await clock.advance(10 * SECOND);
    await flushing;
    expect(recorder.waiting).toBe(2);
  });

  it('asks for the daemon to stop when the journal has refused more than memory should hold', async () => {
    const { clock, journal, recorder, overflows } = rig();
    journal.broken = true;
    const many = batch({ edges: Array.from({ length: 60_000 }, (_, n) => `c${n}`) });
    recorder.take(many);
    await clock.advance(10);
    expect(overflows()).toBe(0);
    recorder.take(many);
    expect(overflows()).toBe(1);
    expect(recorder.waiting).toBe(120_000);
  });

  it('takes any number of edges at once while the journal takes them', async () => {
    const { clock, journal, recorder, overflows } = rig();
    recorder.take(batch({ edges: Array.from({ length: 150_000 }, (_, n) => `c${n}`) }));
    await clock.advance(10);
    expect(overflows()).toBe(0);
    expect(journal.facts).toHaveLength(150_000);
    expect(Math.max(...journal.appends)).toBeLessThanOrEqual(200);
  });

  it('goes on after a flush', async () => {
    const { clock, journal, recorder } = rig();
    recorder.take(batch({ edges: ['c1'] }));
    await clock.advance(1);
    await recorder.flush();
    recorder.take(batch({ edges: ['c2'] }));
    await clock.advance(50);
    expect(journal.facts).toHaveLength(2);
  });

  it('appends edges that come one by one together, the first at once and none later than a twentieth of a second', async () => {
    const { clock, journal, recorder } = rig();
    for (let n = 0; n < 200; n += 1) {
      recorder.take(batch({ edges: [`c${n}`] }));
      await clock.advance(1);
      expect(journal.facts.length).toBeGreaterThan(n - 51);
    }
    await clock.advance(50);
    expect(journal.facts).toHaveLength(200);
    expect(journal.appends.length).toBeLessThanOrEqual(6);
    expect(journal.appends[0]).toBe(1);
  });
});
