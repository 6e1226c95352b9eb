/** What a probe of `/probe` did, line by line in logfmt, for `debug=true`. Bounded; targets speak in it. */
import type { Clock } from '../../runtime/clock.ts';

const LINES_MAX = 200;
const VALUE_LENGTH_MAX = 300;

export interface ProbeLog {
  info(message: string, fields?: Readonly<Record<string, string | number>>): void;
  error(message: string, fields?: Readonly<Record<string, string | number>>): void;
  text(): string;
}

/** A log whose every line carries the module and the target. */
export function createProbeLog(clock: Clock, module: string, target: string): ProbeLog {
  const lines: string[] = [];
  const write = (level: string, msg: string, fields: Readonly<Record<string, string | number>> = {}): void => {
    if (lines.length >= LINES_MAX) return;
    const ts = Temporal.Instant.fromEpochMilliseconds(clock.now()).toString({ fractionalSecondDigits: 3 });
    const all = { ts, module, target, level, msg, ...fields };
    lines.push(
      Object.entries(all)
        .map(([key, value]) => `${key}=${logfmt(String(value))}`)
        .join(' '),
    );
  };
  return {
    info: (message, fields) => write('info', message, fields),
    error: (message, fields) => write('error', message, fields),
    text: () => lines.map((line) => `${line}\n`).join(''),
  };
}

/** Quoted where it has to be, and nothing in it that a terminal or a reader of lines obeys. */
function logfmt(value: string): string {
  const cut = value.length > VALUE_LENGTH_MAX ? `${value.slice(0, VALUE_LENGTH_MAX)}...` : value;
  return /^[\x21\x23-\x3c\x3e-\x7e]+$/.test(cut)
    ? cut
    : JSON.stringify(cut).replace(
        /[^\x20-\x7e]/g,
        (unit) => `\\u${(unit.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
      );
}
