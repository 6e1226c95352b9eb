/** `kepil serve`: the daemon, until it is asked to stop. Asked to reload, it reads its configuration again. */
import { Daemon } from '../../app/daemon.ts';
import { ConfigurationReader } from '../../app/load.ts';
import { createLog, type Logger } from '../../runtime/log.ts';
import { giveBackMemory, growSlowly } from '../../runtime/memory.ts';
import { VERSION } from '../../runtime/version.ts';
import { configurationOf } from '../configured.ts';
import type { CliIo, ExitCode } from '../io.ts';

export async function serve(options: { config: string; logLevel: string }, io: CliIo): Promise<ExitCode> {
  growSlowly();
  const log = createLog(options.logLevel);
  const fatal = Promise.withResolvers<Error>();
  const daemon = await start(options.config, io, { log, onFatal: fatal.resolve });
  giveBackMemory();
  const ended = await Promise.race([asked(io.stop), fatal.promise]);
  if (ended) log.fatal({ error: ended }, 'kepil cannot go on');
  await daemon.stop();
  log.info('kepil has stopped');
  return ended ? 1 : 0;
}

/** Apart from `serve`, so that nothing of it but the daemon stays for as long as the daemon runs. */
async function start(
  path: string,
  io: CliIo,
  how: { readonly log: Logger; readonly onFatal: (error: Error) => void },
): Promise<Daemon> {
  const reader = new ConfigurationReader(path, io.environment);
  const configuration = await configurationOf(path, io, () => reader.readAtStart());
  const daemon = new Daemon({ configuration, clock: io.clock, ...how });
  // Asked before it has started, it has read the configuration only just now.
  io.onReload?.(() => void daemon.reload(() => reader.readWhileRunning()));
  const { address } = await daemon.start();
  how.log.info(
    { version: VERSION, config: path, services: configuration.services.length, address },
    'kepil is running',
  );
  return daemon;
}

function asked(stop: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve(undefined);
    else stop.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
