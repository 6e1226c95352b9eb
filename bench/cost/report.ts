/** The table: CPU a probe of each contender, and the ratios with their bars. */
import type { ContenderName } from './contenders.ts';
import { type Kind, nameOf, type Pace } from './kinds.ts';

export interface Line {
  readonly name: ContenderName;
  probes: number;
  cpuMicros: number;
  wallMs: number;
  residentMiB: number;
}

export interface Result {
  readonly kind: Kind;
  readonly pace: Pace;
  readonly lines: readonly Line[];
  readonly skipped: readonly { readonly name: ContenderName; readonly why: string }[];
}

interface Bar {
  readonly kinds: readonly Kind[];
  readonly against: ContenderName;
  /** The ratio that must not be exceeded at equal pace, and the one aimed at. */
  readonly most: number;
  readonly aim: number;
}

const BARS: readonly Bar[] = [
  { kinds: ['http'], against: 'exporter', most: 0.6, aim: 0.5 },
  { kinds: ['smtp', 'imap'], against: 'exporter', most: 0.5, aim: 0.4 },
  { kinds: ['https'], against: 'exporter', most: 1, aim: 0.9 },
  { kinds: ['http'], against: 'prometheus', most: 0.45, aim: 0.35 },
];

/** Further off, the machine had no more to give, or probes were still caught up on: the figure is one of another pace. */
const PACE_TOLERANCE = 0.05;

/** Prints one kind at one pace. */
export function printRound({ kind, pace, lines, skipped }: Result): void {
  console.log(`\n${kind} ${nameOf(pace)}`);
  for (const line of lines) {
    const perSecond = (line.probes / line.wallMs) * 1_000;
    const isOff = pace !== null && Math.abs(perSecond - pace) > PACE_TOLERANCE * pace;
    console.log(
      [
        line.name.padEnd(12),
        `${costOf(line).toFixed(0).padStart(6)} CPU us a probe`,
        `${perSecond.toFixed(0).padStart(6)} probes/s`,
        `${line.residentMiB.toFixed(0).padStart(6)} MiB${isOff ? '  not at the pace' : ''}`,
      ].join('  '),
    );
  }
  // At saturation only the prober is there to be compared: the daemon around it keeps a pace.
  const ours = lines.find(({ name }) => name === 'kepil') ?? lines.find(({ name }) => name === 'prober');
  for (const line of ours === undefined ? [] : lines) {
    if (ours === undefined || line === ours) continue;
    const bar = BARS.find(({ kinds, against }) => kinds.includes(kind) && against === line.name);
    const asked = bar === undefined ? '' : `  (bar ${bar.most}, aim ${bar.aim})`;
    console.log(`  ${ours.name} / ${line.name}: ${(costOf(ours) / costOf(line)).toFixed(2)}${asked}`);
  }
  for (const { name, why } of skipped) console.log(`  without ${name}: ${why}`);
}

function costOf(line: Line): number {
  return line.cpuMicros / line.probes;
}
