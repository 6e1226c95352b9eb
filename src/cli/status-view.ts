/** `kepil status` on a terminal: what is wrong comes first, what is well is counted and not listed without end. */
import { formatInstant } from '../domain/time/contract-calendar.ts';
import type { Millis } from '../domain/time/instant.ts';
import type { ServiceStatus, StatusView } from '../report/status.ts';
import { formatDuration } from './duration.ts';
import { PROMISE_STYLES, STATE_STYLES } from './styles.ts';
import { type Cell, formatTable } from './table.ts';
import { paint, type Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

export interface StatusViewOptions extends Terminal {
  /** List every service, however many are well. */
  readonly all?: boolean;
}

/** A list of more rows leaves out the services that are well. */
const ROWS_MAX = 20;

const STATE_ORDER: Readonly<Record<ServiceStatus['state'], number>> = { down: 0, unknown: 1, up: 2 };

/** The whole view, without a line break after the last line. */
export function formatStatus(status: StatusView, options: StatusViewOptions): string {
  const sorted = [...status.services].sort(worstFirst);
  const blocks = [formatDaemon(status), formatVerdict(sorted, options)];
  const down = sorted.filter((service) => service.openOutage !== undefined);
  if (down.length > 0) blocks.push(formatOutages(down, status.offsetMinutes, options));
  if (sorted.length > 0) blocks.push(formatServices(sorted, status.offsetMinutes, options));
  return blocks.join('\n\n');
}

/**
 * Down before unknown before up; among the down the longest outage first; then the worst availability of the month
 * first, services without a figure last; then the most unplanned downtime; then by name.
 */
function worstFirst(a: ServiceStatus, b: ServiceStatus): number {
  return (
    STATE_ORDER[a.state] - STATE_ORDER[b.state] ||
    outageMs(b) - outageMs(a) ||
    rank(a.monthAvailability) - rank(b.monthAvailability) ||
    b.unplannedMonthMs - a.unplannedMonthMs ||
    (a.service < b.service ? -1 : 1)
  );
}

function outageMs({ openOutage }: ServiceStatus): Millis {
  return openOutage?.durationMs ?? 0;
}

/** Percent to sort by; whatever is no figure comes after 100 %. */
function rank(availability: string | null): number {
  const percent = availability === null ? Number.NaN : Number(availability);
  return Number.isNaN(percent) ? 101 : percent;
}

function isWell(service: ServiceStatus): boolean {
  return service.state === 'up' && service.unplannedMonthMs === 0 && service.promise === 'kept';
}

const SIGHT: Readonly<Record<NonNullable<StatusView['sight']>, string>> = {
  blind: 'blind: the canaries do not answer, and nothing that is seen counts',
  doubtful: 'in doubt: most servers fail at once, and no canaries tell why',
};

function formatDaemon({ version, startedAt, now, offsetMinutes, journal, probes, sight }: StatusView): string {
  const pace = probes.perSecond === undefined ? '' : `, ${probes.perSecond.toFixed(1)} a second`;
  return [
    `Kepil ${printable(version)}`,
    `Now      ${formatInstant(now, offsetMinutes)}`,
    `Running  ${formatDuration(now - startedAt)}, since ${formatInstant(startedAt, offsetMinutes)}`,
    `Journal  ${journal.entries} entries`,
    `Probes   ${probes.total}, of them ${probes.failed} failed${pace}`,
    ...(sight === undefined ? [] : [`Sight    ${SIGHT[sight]}`]),
  ].join('\n');
}

function formatVerdict(services: readonly ServiceStatus[], options: Terminal): string {
  const count = (state: ServiceStatus['state']) => services.filter((service) => service.state === state).length;
  const down = count('down');
  const unknown = count('unknown');
  if (services.length === 0) return 'No services to watch.';
  if (down + unknown > 0) {
    const verdict = `${down} down, ${unknown} unknown, ${count('up')} up of ${services.length} services.`;
    return paint(options, down > 0 ? 'red' : 'yellow', verdict);
  }
  const verdict = services.length === 1 ? 'The one service is up.' : `All ${services.length} services are up.`;
  if (!services.every(isWell)) return paint(options, 'green', verdict);
  return paint(options, 'green', `${verdict} No unplanned downtime this month, every promise kept.`);
}

function formatOutages(services: readonly ServiceStatus[], offsetMinutes: number, options: Terminal): string {
  const rows = services.flatMap(({ service, customer, openOutage }): Cell[][] => {
    if (!openOutage) return [];
    const kind: Cell = openOutage.class === 'unplanned' ? { text: openOutage.class, style: 'red' } : openOutage.class;
    return [
      [service, formatDuration(openOutage.durationMs), kind, formatInstant(openOutage.start, offsetMinutes), customer],
    ];
  });
  const columns = [
    { title: 'Down now', cut: 16 },
    { title: 'For', align: 'right' },
    { title: 'Class' },
    { title: 'Since' },
    { title: 'Customer', cut: 12, optional: true },
  ] as const;
  return formatTable(columns, rows, options);
}

function formatServices(services: readonly ServiceStatus[], offsetMinutes: number, options: StatusViewOptions): string {
  const shown = options.all ? services : withoutTheManyWell(services);
  const rows = shown.map((service): Cell[] => [
    { text: service.state, style: STATE_STYLES[service.state] },
    service.service,
    service.monthAvailability,
    service.yearAvailability,
    formatDuration(service.unplannedMonthMs),
    `${service.accrued} ${service.currency}`,
    { text: service.promise, style: PROMISE_STYLES[service.promise] },
    service.customer,
    service.since === null ? null : formatInstant(service.since, offsetMinutes),
  ]);
  const columns = [
    { title: 'State' },
    { title: 'Service', cut: 16 },
    { title: 'Month %', align: 'right' },
    { title: 'Year %', align: 'right' },
    { title: 'Unplanned', align: 'right' },
    { title: 'Credit', align: 'right', optional: true },
    { title: 'Promise' },
    { title: 'Customer', cut: 12, optional: true },
    { title: 'Since', optional: true },
  ] as const;
  const hidden = services.length - shown.length;
  const table = formatTable(columns, rows, options);
  if (hidden === 0) return table;
  if (shown.length === 0) return 'They are not listed here; --all lists them.';
  const rest = `${hidden} more are up, without unplanned downtime this month, every promise kept; --all lists them.`;
  return `${table}\n${paint(options, 'dim', rest)}`;
}

function withoutTheManyWell(services: readonly ServiceStatus[]): readonly ServiceStatus[] {
  if (services.length <= ROWS_MAX) return services;
  return services.filter((service) => !isWell(service));
}
