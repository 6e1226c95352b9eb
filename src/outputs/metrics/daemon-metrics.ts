/**
 * What the daemon counts of its own doing: probes, schedule, journal, mail, InfluxDB, configuration. Every label is of a
 * closed list, so their number does not grow with the customers. Short lists are there from the start at 0: `rate` does
 * not see the first event of a series that begins with it.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface ProbeObservation {
  readonly service: string;
  readonly component: string;
  /** Protocol: `http`, `smtp`, `imap`. */
  readonly kind: string;
  readonly outcome: 'ok' | 'fail' | 'void';
  /** Why it is not `ok`. */
  readonly error?: string;
  readonly durationMs: number;
}

const MAIL_KINDS = ['notice', 'statement', 'incident'] as const;
export type MailKind = (typeof MAIL_KINDS)[number];
const MAIL_OUTCOMES = ['accepted', 'deferred', 'refused'] as const;
export type MailOutcome = (typeof MAIL_OUTCOMES)[number];
const WAITS_FOR = ['budget', 'server', 'room'] as const;
type WaitsFor = (typeof WAITS_FOR)[number];
const WITNESS_ANSWERS = ['up', 'down', 'none'] as const;
type WitnessAnswer = (typeof WITNESS_ANSWERS)[number];
const INFLUX_OUTCOMES = ['written', 'dropped', 'rejected'] as const;
export type InfluxOutcome = (typeof INFLUX_OUTCOMES)[number];

export interface DaemonMetrics {
  /** Counts a finished probe. Service and component are not labels: the samples in InfluxDB tell them apart. */
  probe(observation: ProbeObservation): void;
  probesInFlight(count: number): void;
  /** Probes that are due and wait, by what for. */
  probesWaiting(counts: Readonly<Record<WaitsFor, number>>): void;
  /** Slots were passed over. */
  slotsSkipped(count: number): void;
  /** How long after its slot a probe was sent. */
  scheduleLateness(latenessMs: number): void;
  /** The wall clock and the monotonic one went on by different times. */
  clockStepped(): void;
  /** A run of failures ended before it confirmed an outage. */
  blip(kind: string): void;
  /** Whether the canaries say that the monitor is blind. */
  monitorBlind(isBlind: boolean): void;
  /** Whether it looks so, where there are no canaries to say. */
  monitorDoubtful(isDoubtful: boolean): void;
  /** What the witness inside the provider's network said, or that it said nothing. */
  witnessAnswer(answer: WitnessAnswer): void;
  /** Entries in the journal now. */
  journalEntries(count: number): void;
  /** One append, of one entry or a batch, took so long to be durable. */
  journalAppend(durationMs: number): void;
  mail(kind: MailKind, outcome: MailOutcome): void;
  mailPending(count: number): void;
  influxPoints(outcome: InfluxOutcome, count: number): void;
  influxQueue(points: number): void;
  /** A (re)load of the configuration ended at this instant, well or not. */
  configReload(ok: boolean, at: number): void;
}

export interface DaemonMetricsOptions {
  readonly version: string;
  /** When the daemon started, epoch milliseconds. */
  readonly startedAt: number;
  /** The closed list of a probe's error words; any other is counted as `other`. */
  readonly errorWords: readonly string[];
}

const PROBE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const LATENESS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 5, 30];
const APPEND_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5];

/** Registers the daemon's own metrics. Throws when the registry holds one of the names already. */
export function createDaemonMetrics(registry: Registry, options: DaemonMetricsOptions): DaemonMetrics {
  const registers = [registry];
  const words = new Set(options.errorWords);

  const info = new Gauge({
    name: 'kepil_info',
    help: 'Always 1; the label tells the running version.',
    labelNames: ['version'],
    registers,
  });
  info.set({ version: options.version }, 1);
  const startTime = new Gauge({
    name: 'kepil_start_time_seconds',
    help: 'When the daemon started, in seconds since the epoch.',
    registers,
  });
  startTime.set(options.startedAt / 1_000);

  const reloadOk = new Gauge({
    name: 'kepil_config_last_reload_successful',
    help: 'Whether the last load of the configuration succeeded (1) or failed and the one before stays in force (0).',
    registers,
  });
  const reloadTime = new Gauge({
    name: 'kepil_config_last_reload_success_timestamp_seconds',
    help: 'When the configuration in force was loaded, in seconds since the epoch.',
    registers,
  });

  const probes = new Counter({
    name: 'kepil_probes_total',
    help: 'Probes finished, by protocol, outcome (ok, fail, void) and error word; the word is empty when ok.',
    labelNames: ['kind', 'outcome', 'error'],
    registers,
  });
  const probeDuration = new Histogram({
    name: 'kepil_probe_duration_seconds',
    help: 'How long ok and failed probes took from the first lookup to the last byte, by protocol.',
    labelNames: ['kind'],
    buckets: PROBE_SECONDS,
    registers,
  });
  const blips = new Counter({
    name: 'kepil_blips_total',
    help: 'Runs of failed probes that ended before they confirmed an outage, by protocol: no downtime.',
    labelNames: ['kind'],
    registers,
  });
  const blind = new Gauge({
    name: 'kepil_monitor_blind',
    help: '1 while the canaries do not answer: nothing that probes show counts.',
    registers,
  });
  const doubtful = new Gauge({
    name: 'kepil_monitor_doubtful',
    help: '1 while most servers fail at once and there are no canaries to tell why.',
    registers,
  });
  const inFlight = new Gauge({ name: 'kepil_probes_in_flight', help: 'Probes sent and not yet finished.', registers });
  const waiting = new Gauge({
    name: 'kepil_probes_waiting',
    help: 'Probes due and not sent, by what they wait for: the budget of extra probes, their server, room among all probes.',
    labelNames: ['for'],
    registers,
  });
  for (const what of WAITS_FOR) waiting.set({ for: what }, 0);
  const skipped = new Counter({
    name: 'kepil_slots_skipped_total',
    help: 'Slots passed over because the machine slept, or its clock was set on, by more than an interval.',
    registers,
  });
  const clockSteps = new Counter({
    name: 'kepil_clock_steps_total',
    help: 'Steps of the wall clock by half a second or more, either way; a machine that slept counts as one.',
    registers,
  });
  const lateness = new Histogram({
    name: 'kepil_schedule_lateness_seconds',
    help: 'How long after its slot a probe was sent.',
    buckets: LATENESS_SECONDS,
    registers,
  });

  const witnessAnswers = new Counter({
    name: 'kepil_witness_answers_total',
    help: 'Questions to the witness, by its answer: up, down, none (it could not be asked).',
    labelNames: ['answer'],
    registers,
  });
  for (const answer of WITNESS_ANSWERS) witnessAnswers.inc({ answer }, 0);

  const entries = new Gauge({ name: 'kepil_journal_entries', help: 'Entries in the journal.', registers });
  const append = new Histogram({
    name: 'kepil_journal_append_seconds',
    help: 'How long an append to the journal took until it was durable; a batch is one append.',
    buckets: APPEND_SECONDS,
    registers,
  });

  const mails = new Counter({
    name: 'kepil_mail_total',
    help: 'Attempts to hand a mail to the relay, by kind and by its answer: accepted, deferred (tried again), refused.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  for (const kind of MAIL_KINDS) for (const outcome of MAIL_OUTCOMES) mails.inc({ kind, outcome }, 0);
  const mailPending = new Gauge({
    name: 'kepil_mail_pending',
    help: 'Mails that the relay has neither accepted nor refused for good.',
    registers,
  });

  const points = new Counter({
    name: 'kepil_influx_points_total',
    help: 'Points meant for InfluxDB: written, dropped (queue full or daemon stopping), rejected (by the server).',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of INFLUX_OUTCOMES) points.inc({ outcome }, 0);
  const queue = new Gauge({
    name: 'kepil_influx_queue_points',
    help: 'Points that wait to be written to InfluxDB.',
    registers,
  });

  return {
    probe({ kind, outcome, error, durationMs }) {
      const word = error === undefined ? '' : words.has(error) ? error : 'other';
      probes.inc({ kind, outcome, error: word });
      if (outcome !== 'void') probeDuration.observe({ kind }, durationMs / 1_000);
    },
    probesInFlight: (count) => inFlight.set(count),
    probesWaiting(counts) {
      for (const what of WAITS_FOR) waiting.set({ for: what }, counts[what]);
    },
    slotsSkipped: (count) => skipped.inc(count),
    clockStepped: () => clockSteps.inc(),
    blip: (kind) => blips.inc({ kind }),
    monitorBlind: (isBlind) => blind.set(Number(isBlind)),
    monitorDoubtful: (isDoubtful) => doubtful.set(Number(isDoubtful)),
    scheduleLateness: (latenessMs) => lateness.observe(latenessMs / 1_000),
    witnessAnswer: (answer) => witnessAnswers.inc({ answer }),
    journalEntries: (count) => entries.set(count),
    journalAppend: (durationMs) => append.observe(durationMs / 1_000),
    mail: (kind, outcome) => mails.inc({ kind, outcome }),
    mailPending: (count) => mailPending.set(count),
    influxPoints: (outcome, count) => points.inc({ outcome }, count),
    influxQueue: (count) => queue.set(count),
    configReload(ok, at) {
      reloadOk.set(ok ? 1 : 0);
      if (ok) reloadTime.set(at / 1_000);
    },
  };
}
