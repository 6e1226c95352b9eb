/** argv, environment, signals, exit code. Nothing else. */
import { run } from './cli/program.ts';
import { systemClock } from './runtime/clock.ts';

/** npm passes on the Ctrl-C that the terminal has already sent us: two signals this close together are one request. */
const ONE_REQUEST_MS = 500;

const stop = new AbortController();
let askedAtMs = Number.NaN;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) askedAtMs = systemClock.monotonicMs();
    else if (systemClock.monotonicMs() - askedAtMs > ONE_REQUEST_MS) process.exit(1); // asked again, it does not wait
    stop.abort(new Error(signal));
  });
}
// A reader that went away (`kepil status | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  clock: systemClock,
  stop: stop.signal,
  onReload: (listener) => process.on('SIGHUP', listener),
});
