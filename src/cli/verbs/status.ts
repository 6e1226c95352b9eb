/** `kepil status`: what the running daemon sees now, asked over its HTTP side. */
import { request } from 'undici';
import type { StatusView } from '../../report/status.ts';
import { configurationOf } from '../configured.ts';
import type { CliIo, ExitCode } from '../io.ts';
import { formatStatus } from '../status-view.ts';
import { terminalOf } from '../terminal.ts';

const ANSWER_WITHIN_MS = 10_000;

export interface StatusOptions {
  readonly config: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

export async function status(options: StatusOptions, io: CliIo): Promise<ExitCode> {
  const { listen } = await configurationOf(options.config, io);
  const url = `http://${hostOf(listen.host)}:${listen.port}/api/v1/status`;
  const view = await fetchStatus(url);
  if (options.json) io.stdout.write(`${JSON.stringify(view, null, 2)}\n`);
  else {
    const terminal = terminalOf(io.stdout, io.environment);
    io.stdout.write(`${formatStatus(view, { ...terminal, all: options.all ?? false })}\n`);
  }
  return 0;
}

async function fetchStatus(url: string): Promise<StatusView> {
  try {
    const { statusCode, body } = await request(url, {
      headersTimeout: ANSWER_WITHIN_MS,
      bodyTimeout: ANSWER_WITHIN_MS,
      reset: true,
    });
    if (statusCode !== 200) throw new Error(`it answered with status ${statusCode}`);
    return (await body.json()) as StatusView;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : String(cause);
    throw new Error(`no daemon answers at ${url}: ${reason}; start it with \`kepil serve\``, { cause });
  }
}

/** Where a daemon that listens there is reached from this machine. */
function hostOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
