/** When a witness is asked, when it is not, and when an outage is given up; on virtual time. */
import { describe, expect, it } from 'vitest';
import { addressHash } from '../../../src/app/exporter/address-samples.ts';
import { PathWitness } from '../../../src/app/witness/path-witness.ts';
import type { WitnessAnswer, WitnessQuestion } from '../../../src/app/witness/witness-answer.ts';
import type { Fact } from '../../../src/domain/facts/fact.ts';
import { Ledger } from '../../../src/domain/facts/ledger.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/time/instant.ts';
import { createLog } from '../../../src/runtime/log.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { check, lifecycle, service } from '../../support/world.ts';

const ADDRESS = '203.0.113.80';
const UP: WitnessAnswer = { kind: 'up', addressHash: addressHash(ADDRESS) };

interface Rig {
  /** Of each question, in order. */
  readonly answer?: (question: WitnessQuestion, nth: number) => WitnessAnswer;
  readonly tookMs?: number;
  readonly services?: number;
}

function rig({ answer = () => UP, tookMs = 0, services = 1 }: Rig = {}) {
  const clock = new ManualClock();
  const ledger = new Ledger('covered');
  const start = clock.now();
  const add = (fact: Fact) => ledger.add(fact, clock.now());
  for (let n = 1; n <= services; n += 1) {
    for (const fact of [
      ...service(`s${n}`, { web: [`s${n}/web`], mail: [`s${n}/mail`] }),
      ...['web', 'mail'].map((name) => check(`s${n}/${name}`)),
      lifecycle('2026-01-01', 'active', `s${n}`),
    ] as Fact[])
      add(fact);
  }
  const asked: { readonly target: string; readonly at: number }[] = [];
  const said: string[] = [];
  const enough: string[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  const witness = new PathWitness({
    witness: '10.0.0.5:9115',
    modules: { http: 'http_2xx' },
    async ask(question, signal) {
      asked.push({ target: question.target, at: clock.now() - start });
      const found = answer(question, asked.length);
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      if (tookMs > 0) await clock.sleep(tookMs, signal).catch(() => {});
      inFlight -= 1;
      return found;
    },
    ledger,
    clock,
    log: createLog('silent'),
    targetOf: (id) =>
      id.endsWith('/web')
        ? { kind: 'http', url: `http://${id.split('/')[0]}.example/`, status: [] }
        : { kind: 'smtp', host: 'mail.example', port: 25, security: 'plain' },
    onAnswer: (kind) => said.push(kind),
    onEnough: (id) => enough.push(id),
  });
  const edge = (
    to: 'up' | 'down',
    of = 's1/web',
    evidence: object = { error: 'connect_timeout', address: ADDRESS },
  ) => {
    const at = clock.now();
    const shown = to === 'down' ? { evidence: { sentAt: at, ...evidence } } : {};
    add({ type: 'edge', check: of, vantage: 'local', to, earliest: at, latest: at, at, ...shown });
  };
  const outage = (n = 1) => ({ service: `s${n}`, start });
  return {
    clock,
    witness,
    asked,
    said,
    enough,
    edge,
    outage,
    mostInFlight: () => mostInFlight,
    heard: () =>
      witness
        .heard('o1')
        ?.answers.get('s1/web')
        ?.map((at) => (at - start) / SECOND),
  };
}

describe('a witness', () => {
  it('is asked when the outage was found and then each minute, until it is over', async () => {
    const { clock, witness, edge, outage, asked, heard } = rig();
    edge('down');
    witness.begin('o1', outage());
    await clock.advance(3 * MINUTE + SECOND);
    expect(asked.map(({ target, at }) => [target, at / SECOND])).toEqual(
      [0, 60, 120, 180].map((second) => ['http://s1.example/', second]),
    );
    witness.end('o1');
    await clock.advance(10 * MINUTE);
    expect(heard()).toEqual([0, 60, 120, 180]);
    witness.forget('o1');
    expect(witness.heard('o1')).toBeUndefined();
    await clock.advance(MINUTE);
    expect(clock.pending).toBe(0);
  });

  it('is asked each four minutes after an hour', async () => {
    const { clock, witness, edge, outage, asked } = rig();
    edge('down');
    witness.begin('o1', outage());
    await clock.advance(2 * HOUR + 2 * MINUTE);
    expect(asked.length).toBe(60 + 1 + 15);
    expect(witness.heard('o1')).toBeDefined();
    await witness.stop();
    expect(clock.pending).toBe(0);
  });

  it.each<[string, object]>([
    ['a refused connection', { error: 'connect_refused', address: ADDRESS }],
    ['no address', { error: 'connect_timeout' }],
    ['no word', {}],
  ])('is not asked about an outage of %s', async (_what, evidence) => {
    const { clock, witness, edge, outage, asked } = rig();
    edge('down', 's1/web', evidence);
    witness.begin('o1', outage());
    await clock.advance(5 * MINUTE);
    expect([asked, witness.heard('o1'), clock.pending]).toEqual([[], undefined, 0]);
  });

  it('is not asked where a check is down that it cannot be asked about, and no more when one falls', async () => {
    const { clock, witness, edge, outage, asked } = rig();
    edge('down');
    witness.begin('o1', outage());
    await clock.advance(90 * SECOND);
    edge('down', 's1/mail');
    await clock.advance(5 * MINUTE);
    expect([asked.length, witness.heard('o1')]).toEqual([2, undefined]);
    witness.begin('o2', outage());
    expect(witness.heard('o2')).toBeUndefined();
  });

  it('is not asked about an outage that was found too late for an answer near its beginning', async () => {
    const { clock, witness, edge, outage, asked } = rig();
    edge('down');
    await clock.advance(5 * MINUTE + 1);
    witness.begin('o1', outage());
    await clock.advance(5 * MINUTE);
    expect(asked).toEqual([]);
  });

  it.each<[string, WitnessAnswer]>([
    ['down', { ...UP, kind: 'down' } as WitnessAnswer],
    ['up at another address', { kind: 'up', addressHash: addressHash('203.0.113.81') }],
  ])('that once says %s is not asked again: the outage is given up', async (_what, other) => {
    const { clock, witness, edge, outage, asked } = rig({ answer: (_question, nth) => (nth === 3 ? other : UP) });
    edge('down');
    witness.begin('o1', outage());
    await clock.advance(10 * MINUTE);
    expect([asked.length, witness.heard('o1'), clock.pending]).toEqual([3, undefined, 0]);
  });

  it('that says otherwise after it was heard enough has refuted what was proposed by then', async () => {
    const down: WitnessAnswer = { kind: 'down', addressHash: 0 };
    const { clock, witness, edge, outage, enough } = rig({ answer: (_question, nth) => (nth === 7 ? down : UP) });
    edge('down');
    witness.begin('o1', outage());
    await clock.advance(10 * MINUTE);
    expect(enough).toEqual(['o1']);
    expect(witness.heard('o1')).toEqual({ witness: '10.0.0.5:9115', answers: new Map(), isRefuted: true });
    witness.forget('o1');
    expect(witness.heard('o1')).toBeUndefined();
  });

  it('that cannot be asked for five minutes has said nothing of the outage', async () => {
    const away: WitnessAnswer = { kind: 'none', why: 'status 503' };
    const { clock, witness, edge, outage, said } = rig({ answer: (_question, nth) => (nth <= 2 ? UP : away) });
    edge('down');
    witness.begin('o1', outage());
    await clock.advance(5 * MINUTE);
    expect(witness.heard('o1')?.answers.get('s1/web')).toHaveLength(2);
    await clock.advance(2 * MINUTE);
    expect(witness.heard('o1')).toBeUndefined();
    expect(said).toEqual(['up', 'up', 'none', 'none', 'none', 'none', 'none']);
    await clock.advance(MINUTE);
    expect(clock.pending).toBe(0);
  });

  it('has been heard enough, once, with five answers', async () => {
    const { clock, witness, edge, outage, enough } = rig();
    edge('down');
    witness.begin('o1', outage());
    await clock.advance(4 * MINUTE - SECOND);
    expect(enough).toEqual([]);
    await clock.advance(10 * MINUTE);
    expect(enough).toEqual(['o1']);
    await witness.stop();
  });

  it('is waited for where its answer is under way', async () => {
    const { clock, witness, edge, outage } = rig({ tookMs: 3_000 });
    edge('down');
    witness.begin('o1', outage());
    await clock.advance(SECOND);
    witness.end('o1');
    expect(witness.isAsking('o1')).toBe(true);
    await clock.advance(3 * SECOND);
    expect([witness.isAsking('o1'), witness.heard('o1')?.answers.get('s1/web')?.length]).toEqual([false, 1]);
    await witness.stop();
  });

  it('that is slow is asked about each in turn', async () => {
    const { clock, witness, edge, outage, asked } = rig({ services: 100, tookMs: 15_000 });
    for (let n = 1; n <= 100; n += 1) edge('down', `s${n}/web`);
    for (let n = 1; n <= 100; n += 1) witness.begin(`o${n}`, outage(n));
    await clock.advance(4 * MINUTE);
    expect(new Set(asked.map(({ target }) => target)).size).toBe(100);
    await witness.stop();
  });

  it('is asked about a sample of a mass outage, five questions a second and eight under way at most', async () => {
    const { clock, witness, edge, outage, asked, mostInFlight } = rig({ services: 1_000, tookMs: 2_000 });
    for (let n = 1; n <= 1_000; n += 1) edge('down', `s${n}/web`);
    for (let n = 1; n <= 1_000; n += 1) witness.begin(`o${n}`, outage(n));
    await clock.advance(MINUTE - 1);
    expect(new Set(asked.map(({ target }) => target)).size).toBe(100);
    expect(mostInFlight()).toBe(8);
    for (let second = 0; second < 50; second += 1) {
      const within = asked.filter(({ at }) => at >= second * SECOND && at < (second + 10) * SECOND);
      expect(within.length).toBeLessThanOrEqual(10 + 50);
    }
    await witness.stop();
    expect(clock.pending).toBe(0);
  });
});
