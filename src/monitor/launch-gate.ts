/**
 * Which of the probes that are due may be sent now. The others wait, the most urgent first and each kind in its turn:
 *
 * 1. A slot waits for nothing but room: no slot is ever dropped for an extra probe, nor for the budget.
 * 2. Extra probes need the budget first (budget.ts).
 * 3. A server has at most so many probes at once; but never fewer than its slots and confirmations need when every probe
 *    lasts to its deadline, or a silent server would delay the finding of its own outage.
 * 4. All servers together have at most as many as there are descriptors for; of these the last eighth is the slots' own,
 *    and close watching takes only half.
 */
import type { Instant } from '../domain/time/instant.ts';
import type { Budget } from './budget.ts';
import { Fifo } from './fifo.ts';
import type { Line, RunningCheck, Server, Urgency, Waiting } from './running-check.ts';
import type { WaitingProbes } from './watched-check.ts';

/** Why a probe is sent, the most urgent first. */
const URGENCIES = ['slot', 'confirm', 'watch'] as const satisfies readonly Urgency[];

export interface GateOptions {
  readonly budget: Budget;
  /** Probes at once to one server. */
  readonly perServer: number;
  /** Probes at once to all servers. */
  readonly mostInFlight: number;
  readonly send: (running: RunningCheck, due: Instant) => void;
}

export class LaunchGate {
  readonly #options: GateOptions;
  readonly #bounds: Readonly<Record<Urgency, number>>;
  readonly #line: Line = newLine();
  readonly #waiting = { budget: 0, server: 0, room: 0 };
  #inFlight = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    const { mostInFlight } = options;
    this.#bounds = { slot: mostInFlight, confirm: Math.ceil(mostInFlight * 0.875), watch: Math.ceil(mostInFlight / 2) };
  }

  /** How many wait, by what for. */
  get waiting(): WaitingProbes {
    return { ...this.#waiting };
  }

  /** Whether `drain` should be called again soon. */
  get holds(): boolean {
    return this.#waiting.budget + this.#waiting.room > 0;
  }

  /** A probe of a check is due and none is in flight: it is sent now or when it may be. */
  ask(running: RunningCheck, urgency: Urgency, due: Instant, now: Instant): void {
    if (running.waiting) {
      if (URGENCIES.indexOf(urgency) >= URGENCIES.indexOf(running.waiting.urgency)) return;
      this.forget(running);
    }
    if (urgency === 'slot' && this.#line.slot.size === 0 && this.#mayGo(running.server, 'slot')) {
      this.#send(running, due);
      return;
    }
    const one: Waiting = { running, urgency, due, paid: urgency === 'slot', waitsFor: 'budget' };
    running.waiting = one;
    this.#waiting.budget += 1;
    if (this.#line[urgency].size > 0) this.#moveTo(one, one.paid ? 'room' : 'budget', this.#line);
    else this.#tryOrWait(one, now);
  }

  /** A check waits no more. */
  forget(running: RunningCheck): void {
    if (running.waiting) this.#waiting[running.waiting.waitsFor] -= 1;
    running.waiting = undefined;
  }

  /** A probe has ended: its server's next one may go. */
  done(server: Server): void {
    this.#inFlight -= 1;
    server.inFlight -= 1;
    const { line } = server;
    if (!line) return;
    for (const urgency of URGENCIES) {
      for (let one = head(line[urgency]); one; one = head(line[urgency])) {
        if (server.inFlight >= this.#most(server, urgency)) break;
        line[urgency].shift();
        if (this.#inFlight < this.#bounds[urgency]) this.#send(one.running, one.due);
        else this.#moveTo(one, 'room', this.#line);
      }
    }
    if (URGENCIES.every((urgency) => line[urgency].size === 0)) server.line = undefined;
  }

  /** Sends what waited and may go now. */
  drain(now: Instant): void {
    for (const urgency of URGENCIES) {
      const line = this.#line[urgency];
      for (let one = head(line); one; one = head(line)) {
        if (!this.#pay(one, now) || this.#inFlight >= this.#bounds[urgency]) break;
        line.shift();
        this.#tryOrWait(one, now);
      }
    }
  }

  #tryOrWait(one: Waiting, now: Instant): void {
    const { running, urgency } = one;
    if (!this.#pay(one, now)) this.#moveTo(one, 'budget', this.#line);
    else if (this.#inFlight >= this.#bounds[urgency]) this.#moveTo(one, 'room', this.#line);
    else if (running.server.inFlight >= this.#most(running.server, urgency)) {
      running.server.line ??= newLine();
      this.#moveTo(one, 'server', running.server.line);
    } else this.#send(running, one.due);
  }

  #pay(one: Waiting, now: Instant): boolean {
    if (one.paid) return true;
    if (one.urgency === 'slot' || !this.#options.budget.take(one.urgency)) return false;
    one.paid = true;
    one.due = now;
    this.#waiting[one.waitsFor] -= 1;
    one.waitsFor = 'room';
    this.#waiting.room += 1;
    return true;
  }

  #moveTo(one: Waiting, waitsFor: keyof WaitingProbes, line: Line): void {
    this.#waiting[one.waitsFor] -= 1;
    one.waitsFor = waitsFor;
    this.#waiting[waitsFor] += 1;
    line[one.urgency].push(one);
  }

  #mayGo(server: Server, urgency: Urgency): boolean {
    return this.#inFlight < this.#bounds[urgency] && server.inFlight < this.#most(server, urgency);
  }

  #most(server: Server, urgency: Urgency): number {
    const { perServer } = this.#options;
    return urgency === 'watch' ? perServer : Math.max(perServer, Math.ceil(server.need));
  }

  #send(running: RunningCheck, due: Instant): void {
    this.forget(running);
    this.#inFlight += 1;
    running.server.inFlight += 1;
    this.#options.send(running, due);
  }
}

function newLine(): Line {
  return { slot: new Fifo(), confirm: new Fifo(), watch: new Fifo() };
}

/** The first of a line that still waits in it. */
function head(line: Fifo<Waiting>): Waiting | undefined {
  for (let one = line.peek(); one; one = line.peek()) {
    if (one.running.waiting === one) return one;
    line.shift();
  }
  return undefined;
}
