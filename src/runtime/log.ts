/** The program's log: JSON lines on standard output, a constant sentence and fields. */
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

export type { Logger };

/** Fields that could carry a secret, blanked before they are written, at the top and up to three fields deep. */
const SECRETS: readonly string[] = ['password', 'relay', 'token', 'authorization', 'secret', 'cookie'];
const REDACTED = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/**
 * Creates the log.
 * @param level the least severe level written: `debug` shows each probe, `info` lifecycle and transitions.
 * @param destination receives the lines in place of standard output.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: [...REDACTED], censor: '***' },
    serializers: { error: stdSerializers.err },
  };
  return destination ? pino(options, destination) : pino(options);
}
