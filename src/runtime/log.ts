/** The program's log: JSON lines on standard output, a constant sentence and fields. */
import { type Logger, pino, stdSerializers } from 'pino';

export type { Logger };

/** Whatever could carry a secret is blanked before it is written. */
const REDACTED: readonly string[] = ['password', '*.password', 'relay', '*.relay', 'authorization', '*.token'];

/**
 * Creates the log.
 * @param level the least severe level written: `debug` shows each probe, `info` lifecycle and transitions.
 */
export function createLog(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: [...REDACTED], censor: '***' },
    serializers: { error: stdSerializers.err },
  });
}
