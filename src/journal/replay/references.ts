/**
 * What must hold between the lines of a replay file (REPLAY.md: "a reference to nothing" is an error). Lines come in any
 * order, so everything is collected first and held against each other at the end:
 *
 * 1. what a line refers to is in the file;
 * 2. an id that would be ambiguous stands once: a customer (unless recorded at different times), a service or check
 *    (unless in force from different instants), a revision of a work, an exclusion, a claim;
 * 3. revisions of a work count 1, 2, 3…;
 * 4. a (check, vantage) has observations or edges, not both.
 */
import type {
  EdgeFact,
  NoticeFact,
  ObservationFact,
  ReplayFact,
  ServiceFact,
  WorkFact,
} from '../../domain/facts/fact.ts';
import { quote } from '../../domain/time/text.ts';
import type { ReplayProblem } from './problem.ts';

type Sighting = 'observation' | 'edge';

/** A (check, vantage) that was watched: the line of the first sighting of each kind. */
interface Watch {
  readonly check: string;
  readonly vantage: string;
  readonly lines: Partial<Record<Sighting, number>>;
}

/** An id with the line of each of its definitions, by what may tell them apart. */
type Definitions = Map<string, Map<number | null, number>>;

export class References {
  readonly #problems: ReplayProblem[] = [];
  readonly #referring: { readonly fact: Exclude<ReplayFact, ObservationFact>; readonly line: number }[] = [];
  readonly #customers: Definitions = new Map();
  readonly #services: Definitions = new Map();
  readonly #checks: Definitions = new Map();
  readonly #works: Definitions = new Map();
  readonly #exclusions: Definitions = new Map();
  readonly #claims: Definitions = new Map();
  readonly #vantages = new Map<string, Set<string>>();
  readonly #watches = new Map<string, Map<string, Watch>>();
  #lastWatch: Watch | undefined;

  /** Takes the fact of a line, in the order of the file. */
  add(fact: ReplayFact, line: number): void {
    if (fact.type === 'observation') {
      this.#see(fact, line);
      return;
    }
    this.#referring.push({ fact, line });
    switch (fact.type) {
      case 'customer':
        this.#define(this.#customers, { id: fact.id, apart: fact.at ?? null, line, remedy: 'an at of its own' });
        break;
      case 'service':
        this.#define(this.#services, { id: fact.id, apart: fact.from ?? null, line, remedy: 'a from of its own' });
        break;
      case 'check': {
        this.#define(this.#checks, { id: fact.id, apart: fact.from ?? null, line, remedy: 'a from of its own' });
        const vantages = this.#vantages.get(fact.id) ?? new Set();
        for (const vantage of fact.vantages) vantages.add(vantage);
        this.#vantages.set(fact.id, vantages);
        break;
      }
      case 'work':
        this.#define(this.#works, { id: fact.id, apart: fact.revision, line, remedy: 'a revision of its own' });
        break;
      case 'exclusion':
        this.#define(this.#exclusions, { id: fact.id, apart: null, line });
        break;
      case 'claim':
        this.#define(this.#claims, { id: fact.id, apart: null, line });
        break;
      case 'edge':
        this.#see(fact, line);
        break;
      default:
        break;
    }
  }

  /** Everything that does not hold, ascending by line. Call once, after the last line. */
  problems(): readonly ReplayProblem[] {
    for (const { fact, line } of this.#referring) this.#resolve(fact, line);
    for (const byVantage of this.#watches.values()) {
      for (const watch of byVantage.values()) this.#resolveWatch(watch);
    }
    return this.#problems.sort((a, b) => a.line - b.line);
  }

  #see({ type, check, vantage }: ObservationFact | EdgeFact, line: number): void {
    let watch = this.#lastWatch;
    // Neighbouring lines mostly watch the same thing.
    if (watch?.check !== check || watch.vantage !== vantage) {
      watch = this.#watchOf(check, vantage);
      this.#lastWatch = watch;
    }
    watch.lines[type] ??= line;
  }

  #watchOf(check: string, vantage: string): Watch {
    let byVantage = this.#watches.get(check);
    if (!byVantage) {
      byVantage = new Map();
      this.#watches.set(check, byVantage);
    }
    let watch = byVantage.get(vantage);
    if (!watch) {
      watch = { check, vantage, lines: {} };
      byVantage.set(vantage, watch);
    }
    return watch;
  }

  #define(
    definitions: Definitions,
    { id, apart, line, remedy }: { id: string; apart: number | null; line: number; remedy?: string },
  ): void {
    const lines = definitions.get(id) ?? new Map<number | null, number>();
    const before = lines.get(apart);
    if (before === undefined) lines.set(apart, line);
    else {
      const expected = remedy === undefined ? 'an id of its own' : `an id or ${remedy}`;
      this.#complain(line, 'id', `${quote(id)}, as on line ${before}`, expected);
    }
    definitions.set(id, lines);
  }

  #resolve(fact: Exclude<ReplayFact, ObservationFact>, line: number): void {
    switch (fact.type) {
      case 'service':
        this.#refer(this.#customers, { id: fact.customer, line, field: 'customer', type: 'customer' });
        this.#resolveChecks(fact, line);
        break;
      case 'fee':
      case 'lifecycle':
      case 'exclusion':
      case 'claim':
      case 'ticket':
        this.#refer(this.#services, { id: fact.service, line, field: 'service', type: 'service' });
        break;
      case 'work':
        this.#resolveWork(fact, line);
        break;
      case 'work-cancelled':
        this.#refer(this.#works, { id: fact.id, line, field: 'id', type: 'work' });
        break;
      case 'notice':
        this.#resolveNotice(fact, line);
        break;
      case 'exclusion-withdrawn':
        this.#refer(this.#exclusions, { id: fact.id, line, field: 'id', type: 'exclusion' });
        break;
      case 'customer':
      case 'check':
      case 'edge':
        break;
    }
  }

  #resolveChecks(service: ServiceFact, line: number): void {
    for (const [name, { checks }] of Object.entries(service.components)) {
      for (const [index, id] of checks.entries()) {
        const field = `components.${quote(name).slice(1, -1)}.checks[${index}]`;
        this.#refer(this.#checks, { id, line, field, type: 'check' });
      }
    }
  }

  #resolveWork(work: WorkFact, line: number): void {
    if (work.revision > 1 && !this.#works.get(work.id)?.has(work.revision - 1)) {
      const expected = `revision ${work.revision - 1} too: revisions count 1, 2, 3… without a gap`;
      this.#complain(line, 'revision', String(work.revision), expected);
    }
    if (work.services === '*') return;
    for (const [index, id] of work.services.entries()) {
      this.#refer(this.#services, { id, line, field: `services[${index}]`, type: 'service' });
    }
  }

  #resolveNotice(notice: NoticeFact, line: number): void {
    this.#refer(this.#works, { id: notice.work, line, field: 'work', type: 'work' });
    const revisions = this.#works.get(notice.work);
    if (revisions && !revisions.has(notice.revision)) {
      const expected = `a revision of work ${quote(notice.work)} in this file`;
      this.#complain(line, 'revision', String(notice.revision), expected);
    }
    this.#refer(this.#customers, { id: notice.customer, line, field: 'customer', type: 'customer' });
  }

  #resolveWatch({ check, vantage, lines }: Watch): void {
    const { observation = Number.POSITIVE_INFINITY, edge = Number.POSITIVE_INFINITY } = lines;
    const line = Math.min(observation, edge);
    const vantages = this.#vantages.get(check);
    if (!vantages) {
      this.#refer(this.#checks, { id: check, line, field: 'check', type: 'check' });
    } else if (!vantages.has(vantage)) {
      const expected = `a vantage of check ${quote(check)}: ${listed(vantages)}`;
      this.#complain(line, 'vantage', quote(vantage), expected);
    }
    if (lines.observation !== undefined && lines.edge !== undefined) {
      const [first, second] = observation < edge ? ['observation', 'edge'] : ['edge', 'observation'];
      const expected = `${quote(first ?? '')}, as on line ${line}: a vantage of a check has one kind or the other`;
      this.#complain(Math.max(observation, edge), 'type', quote(second ?? ''), expected);
    }
  }

  #refer(
    definitions: Definitions,
    { id, line, field, type }: { id: string; line: number; field: string; type: string },
  ): void {
    if (!definitions.has(id)) this.#complain(line, field, quote(id), `the id of a "${type}" line in this file`);
  }

  #complain(line: number, field: string, found: string, expected: string): void {
    this.#problems.push({ line, field, found, expected });
  }
}

const LISTED_MAX = 5;

function listed(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, LISTED_MAX).map(quote).join(', ');
  return names.size > LISTED_MAX ? `${shown}, …` : shown;
}
