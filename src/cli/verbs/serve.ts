/** `kepil serve`: the daemon, until it is asked to stop. Asked to reload, it reads its configuration again. */
import { Daemon } from '../../app/daemon.ts';
import { requireConfiguration } from '../../app/load.ts';
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
  // Asked before it has started, it has read the configuration only just now.
  io.onReload?.(() => void daemon.reload(() => requireConfiguration(options.config, io.environment)));
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
