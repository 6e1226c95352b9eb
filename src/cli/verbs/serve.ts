/** `kepil serve`: the daemon, until it is asked to stop. */
import { Daemon } from '../../app/daemon.ts';
import { createLog } from '../../runtime/log.ts';
import { growSlowly } from '../../runtime/memory.ts';
import { VERSION } from '../../runtime/version.ts';
import { configurationOf } from '../configured.ts';
import type { CliIo, ExitCode } from '../io.ts';

export async function serve(options: { config: string; logLevel: string }, io: CliIo): Promise<ExitCode> {
  growSlowly();
  const configuration = await configurationOf(options.config, io);
  const log = createLog(options.logLevel);
  const fatal = Promise.withResolvers<Error>();
  const daemon = new Daemon({ configuration, clock: io.clock, log, onFatal: fatal.resolve });
  const { address } = await daemon.start();
  log.info(
    { version: VERSION, config: options.config, services: configuration.services.length, address },
    'kepil is running',
  );
  const ended = await Promise.race([asked(io.stop), fatal.promise]);
  if (ended) log.fatal({ error: ended }, 'kepil cannot go on');
  await daemon.stop();
  log.info('kepil has stopped');
  return ended ? 1 : 0;
}

function asked(stop: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve(undefined);
    else stop.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
