/** One seed's world, run from beginning to end on virtual time; what it leaves is held against the truth afterwards. */
import type { Books } from '../../src/app/books.ts';
import { computeStatement } from '../../src/domain/contract/statement.ts';
import { formatMonth, monthOf } from '../../src/domain/time/contract-calendar.ts';
import { HOUR, type Instant, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { JournalUnwritable } from '../../src/journal/errors.ts';
import type { JournalEntry } from '../../src/journal/journal.ts';
import type { WatchedCheck } from '../../src/monitor/watched-check.ts';
import type { ProbeResult } from '../../src/probes/outcome.ts';
import { canonicalStatement } from '../../src/report/statement-json.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { openSimulatedBooks } from './books.ts';
import { journalOnDisk } from './disk.ts';
import { Operator } from './operator.ts';
import type { CrashPoint, DiskTrouble, Mishap, RelayTrouble, Scenario } from './scenario.ts';
import { type Acceptance, ScriptedRelay } from './scripted-relay.ts';
import { SimulatedDaemon } from './simulated-daemon.ts';
import { joined, type Span, spanAt } from './spans.ts';
import { type Pass, ProcessClock, VirtualTime } from './virtual-time.ts';

/** A statement as it was computed during the run, of knowledge that was complete then. */
export interface Snapshot {
  readonly service: string;
  readonly month: string;
  readonly asOf: Instant;
  readonly text: string;
}

/** What a run leaves behind. */
export interface Aftermath {
  readonly scenario: Scenario;
  readonly passes: readonly Pass[];
  /** When no daemon lived. */
  readonly dead: readonly Span[];
  /** When the disk could not be written at once. */
  readonly diskTrouble: readonly Span[];
  readonly acknowledged: ReadonlyMap<number, string>;
  readonly acceptances: readonly Acceptance[];
  /** Message-IDs that reached the relay before their attempt was on disk. */
  readonly sentUnrecorded: readonly string[];
  readonly snapshots: readonly Snapshot[];
  readonly probes: number;
  readonly crashes: number;
  readonly overflowed: boolean;
  /** Opened after the end; the caller closes its journal. */
  readonly books: Books;
  readonly entries: readonly JournalEntry[];
}

const RESTART_AFTER_FAILED_START: Millis = 30 * SECOND;
/** What the daemon is killed at must come by then, else it is killed anyway. */
const CRASH_LATEST: Millis = HOUR;

/** Runs a scenario. */
export async function runWorld(scenario: Scenario): Promise<Aftermath> {
  const world = new World(scenario);
  return world.run();
}

class World {
  readonly #scenario: Scenario;
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #relay: ScriptedRelay;
  readonly #operatorProcess: ProcessClock;
  readonly #acknowledged = new Map<number, string>();
  readonly #attempted = new Set<string>();
  readonly #sentUnrecorded: string[] = [];
  readonly #snapshots: Snapshot[] = [];
  readonly #dead: Span[] = [];
  readonly #diskFailures: Span[] = [];
  #daemon: SimulatedDaemon | undefined;
  #deadSince: Millis = 0;
  #changed = false;
  #armed: { readonly point: CrashPoint; readonly pause: Millis } | undefined;
  #probes = 0;
  #crashes = 0;
  #overflowed = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#random = new SeededRandom(scenario.seed ^ 0x5eed);
    this.#time = new VirtualTime({
      start: scenario.start,
      busy: scenario.busy,
      sleepyMs: scenario.pace.sleepyMs,
      random: this.#random.fork(),
    });
    this.#operatorProcess = new ProcessClock(this.#time);
    this.#relay = new ScriptedRelay({
      random: this.#random.fork(),
      trouble: () => this.#troubleNow('relay') as RelayTrouble | undefined,
      refusesForGood: (address) => address.replace('new.', '').split('@')[0] === scenario.unreachable,
      killsAt: (point) => this.#killsAt(point),
      onTaken: () => this.#perhapsFailDisk(),
      onSent: ({ messageId }) => {
        if (!this.#attempted.has(messageId)) this.#sentUnrecorded.push(messageId);
      },
    });
  }

  async run(): Promise<Aftermath> {
    const scenario = this.#scenario;
    const desk = await openSimulatedBooks(scenario.configuration, this.#operatorProcess);
    const operator = new Operator(desk, this.#random.fork(), () => desk.now());
    for (const mishap of scenario.mishaps) this.#time.at(mishap.at, () => this.#befall(mishap, operator));
    const somewhen = Array.from({ length: 6 }, () => this.#random.whole(0, scenario.pace.length));
    // While facts wait for the disk, what is stated must not be what they will say.
    const inTrouble = scenario.mishaps.flatMap((each) =>
      each.kind === 'disk' ? [this.#random.whole(each.at, each.until)] : [],
    );
    for (const at of [...somewhen, ...inTrouble]) this.#time.at(at, () => this.#takeSnapshot(desk));
    this.#startDaemon();
    await this.#time.run(scenario.pace.length);
    this.#killDaemon();
    this.#dead.pop(); // the end of the run is no crash
    await desk.journal.close();
    const books = await openSimulatedBooks(scenario.configuration, this.#operatorProcess);
    await books.feed.catchUp();
    return {
      scenario,
      passes: this.#time.passes,
      dead: joined(this.#dead),
      diskTrouble: joined([
        ...scenario.mishaps.flatMap((each) => (each.kind === 'disk' ? [{ start: each.at, end: each.until }] : [])),
        ...this.#diskFailures,
      ]),
      acknowledged: this.#acknowledged,
      acceptances: this.#relay.acceptances,
      sentUnrecorded: this.#sentUnrecorded,
      snapshots: this.#snapshots,
      probes: this.#probes,
      crashes: this.#crashes,
      overflowed: this.#overflowed,
      books,
      entries: await books.journal.read(0, Number.MAX_SAFE_INTEGER),
    };
  }

  #befall(mishap: Mishap, operator: Operator): void {
    switch (mishap.kind) {
      case 'crash':
        this.#armCrash(mishap.point, mishap.pause);
        return;
      case 'stop':
        this.#stopDaemon(mishap.pause, mishap.reconfigure);
        return;
      case 'step':
        this.#time.step(mishap.ms);
        return;
      case 'operator':
        this.#time.touch();
        // Whoever stands at a failing disk tries again another day.
        if (this.#troubleNow('disk') !== 'fails') this.#background(operator.act(mishap.act));
        return;
      case 'disk':
      case 'relay':
        return; // asked for when it matters
    }
  }

  #armCrash(point: CrashPoint, pause: Millis): void {
    if (!this.#daemon) return;
    this.#armed = { point, pause };
    if (point === 'anywhere') {
      this.#crash();
      return;
    }
    const { elapsed } = this.#time;
    this.#time.at(Math.min(elapsed + CRASH_LATEST, this.#scenario.quietFrom), () => {
      if (this.#armed) this.#crash();
    });
  }

  #killsAt(point: CrashPoint): boolean {
    if (this.#armed?.point !== point) return false;
    this.#crash();
    return true;
  }

  #crash(): void {
    const pause = this.#armed?.pause ?? 0;
    this.#armed = undefined;
    if (!this.#daemon) return;
    this.#crashes += 1;
    this.#killDaemon();
    this.#startIn(pause);
  }

  #stopDaemon(pause: Millis, reconfigure: boolean): void {
    const daemon = this.#daemon;
    if (!daemon) return;
    this.#time.touch();
    this.#background(
      daemon.stop().then(() => {
        if (this.#daemon !== daemon) return; // killed while it was stopping
        this.#changed ||= reconfigure;
        this.#killDaemon();
        this.#startIn(pause);
      }),
    );
  }

  #killDaemon(): void {
    if (!this.#daemon) return;
    this.#overflowed ||= this.#daemon.overflowed;
    this.#daemon.kill();
    this.#daemon = undefined;
    this.#deadSince = this.#time.elapsed;
    this.#dead.push({ start: this.#deadSince, end: Number.POSITIVE_INFINITY });
  }

  #startIn(pause: Millis): void {
    this.#time.at(this.#time.elapsed + pause, () => this.#startDaemon());
  }

  #startDaemon(): void {
    if (this.#daemon) return;
    if (this.#dead.length > 0) this.#dead[this.#dead.length - 1] = { start: this.#deadSince, end: this.#time.elapsed };
    const process = new ProcessClock(this.#time);
    const random = this.#random.fork();
    const daemon = new SimulatedDaemon({
      configuration: this.#changed ? this.#scenario.reconfigured : this.#scenario.configuration,
      process,
      onDisk: (journal) =>
        journalOnDisk(
          journal,
          {
            random,
            trouble: () => this.#troubleNow('disk') as DiskTrouble | undefined,
            killsAt: (point) => this.#killsAt(point),
            onAcknowledged: (entries) => this.#acknowledge(entries),
          },
          process,
        ),
      relay: this.#relay.seenBy(process),
      probe: (check, signal) => this.#probe(check, signal, process, random),
      round: this.#scenario.pace.round,
    });
    this.#daemon = daemon;
    this.#time.touch();
    this.#background(
      daemon.start().catch((error: unknown) => {
        if (this.#daemon !== daemon) return;
        if (!(error instanceof JournalUnwritable)) throw error;
        this.#killDaemon();
        this.#startIn(RESTART_AFTER_FAILED_START);
      }),
    );
  }

  #acknowledge(entries: readonly JournalEntry[]): void {
    for (const { seq, hash, fact } of entries) {
      this.#acknowledged.set(seq, hash);
      if (fact.type === 'mail-attempted') this.#attempted.add(fact.messageId);
    }
  }

  /** What a request sent now gets: what is so when it arrives, and that may take its time to come back. */
  #probe(check: WatchedCheck, signal: AbortSignal, process: ProcessClock, random: SeededRandom): Promise<ProbeResult> {
    const { truth, blind } = this.#scenario;
    const { elapsed } = this.#time;
    this.#probes += 1;
    const sentAt = process.now();
    const blinded = spanAt(blind.get(check.id) ?? [], elapsed) !== undefined;
    const wayMs = random.magnitude(1, 400);
    const ok = truth.isOk(check.id, elapsed + wayMs);
    const durationMs =
      wayMs + (ok || blinded ? random.magnitude(1, 400) : random.magnitude(1, check.request.timeoutMs - 400));
    const run = { sentAt, shownAt: sentAt + Math.ceil(durationMs), phases: {}, evidence: {} };
    const result: ProbeResult = blinded
      ? { ...run, durationMs, outcome: 'void', error: 'out_of_resources' }
      : ok
        ? { ...run, durationMs, outcome: 'ok' }
        : { ...run, durationMs, outcome: 'fail', error: 'connect_timeout' };
    const stopped: ProbeResult = { ...run, durationMs: 0, outcome: 'void', error: 'monitor_stopping' };
    return process.sleep(durationMs, signal).then(
      () => result,
      () => stopped,
    );
  }

  #takeSnapshot({ journal, feed, contracts }: Books): void {
    this.#time.touch();
    const { elapsed } = this.#time;
    const now = this.#time.wall();
    const take = async (): Promise<void> => {
      await feed.catchUp();
      const [head] = await journal.read((await journal.head()).seq - 1, 1).catch(() => []);
      if (!head) return;
      // Whatever is recorded from now on is recorded no earlier than now, or, should the clock go back, than the head.
      const goesBack = this.#scenario.mishaps.some((each) => each.kind === 'step' && each.ms < 0 && each.at >= elapsed);
      const asOf = (goesBack ? Math.min(now, head.recordedAt) : now) - 1;
      const month = formatMonth(monthOf(asOf, contracts.default.offsetMinutes));
      for (const service of feed.ledger.services()) {
        const contract = contracts.ofService(feed.ledger, service, asOf);
        if (!contract) continue;
        const statement = computeStatement({ ledger: feed.ledger, contract, service, month, asOf });
        this.#snapshots.push({ service, month, asOf, text: canonicalStatement(statement, contract.offsetMinutes) });
      }
    };
    this.#background(take());
  }

  #troubleNow(kind: 'disk' | 'relay'): DiskTrouble | RelayTrouble | undefined {
    const { elapsed } = this.#time;
    if (kind === 'disk' && elapsed < (this.#diskFailures.at(-1)?.end ?? 0)) return 'fails';
    const found = this.#scenario.mishaps.find(
      (mishap) => mishap.kind === kind && mishap.at <= elapsed && elapsed < mishap.until,
    );
    return found && (found.kind === 'disk' || found.kind === 'relay') ? found.trouble : undefined;
  }

  /** The worst moment for the disk: a mail is taken, and others are on their way. */
  #perhapsFailDisk(): void {
    const { elapsed } = this.#time;
    if (elapsed >= this.#scenario.quietFrom || !this.#random.chance(0.05)) return;
    this.#diskFailures.push({ start: elapsed, end: elapsed + this.#random.magnitude(SECOND, 5 * MINUTE) });
  }

  /** Lets a promise go on by itself; should it fail, so does the run. */
  #background(promise: Promise<void>): void {
    promise.catch((error: unknown) => {
      this.#time.at(this.#time.elapsed, () => {
        throw error;
      });
    });
  }
}
