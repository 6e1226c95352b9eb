/** A progress bar for long verbs: on a terminal only, so that a log or a pipe gets none of it. */
import type { Clock } from '../runtime/clock.ts';
import { cutToWidth, printable } from './terminal-text.ts';

/** The part of a stream that is needed; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** So many are done. Cheap to call for each one: it draws ten times a second at most. */
  update(done: number): void;
  /** Takes the bar away. */
  end(): void;
}

const BAR_WIDTH = 24;
const DRAW_EVERY_MS = 100;
const NARROWEST = 20;
const ERASE_TO_END = '\x1b[K';

/** Starts a bar towards `total`, or a bare count where the total is not known. */
export function startProgress(options: {
  readonly stream: ProgressStream;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly label: string;
  readonly total?: number;
}): Progress {
  const { stream, clock, label, total } = options;
  if (!stream.isTTY) return { update: () => {}, end: () => {} };
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    update: (done) => {
      const nowMs = clock.monotonicMs();
      if (nowMs - drawnMs < DRAW_EVERY_MS) return;
      drawnMs = nowMs;
      // One column is left free: a terminal that wraps after its last would be left with half a bar a line.
      const columns = Math.max(NARROWEST, (stream.columns ?? 80) - 1);
      stream.write(`\r${cutToWidth(`${printable(label)}  ${amount(done, total)}`, columns)}${ERASE_TO_END}`);
    },
    end: () => {
      stream.write(`\r${ERASE_TO_END}`);
    },
  };
}

/** Rounded down, so that 100 % is shown only when all is done. */
function amount(done: number, total: number | undefined): string {
  if (total === undefined) return String(done);
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const full = Math.floor(share * BAR_WIDTH);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${percent} %  ${done} of ${total}`;
}
