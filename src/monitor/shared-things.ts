/** What the checks of a prober loop share with each other: the server they are sent to, and the few that are watched for all. */
import { FateSample } from './fate-sample.ts';
import type { RunningCheck, Server } from './running-check.ts';
import { serverName } from './server-name.ts';
import type { WatchedCheck } from './watched-check.ts';

export class SharedThings {
  readonly #servers = new Map<string, Server>();
  readonly #samples = new Map<string, FateSample<RunningCheck>>();

  /** All servers that any check was ever sent to. */
  servers(): Iterable<Server> {
    return this.#servers.values();
  }

  /** The server of a check: its group's, or its host's. */
  serverOf(check: WatchedCheck): Server {
    return this.#servers.getOrInsertComputed(serverName(check), () => ({ inFlight: 0, need: 0, line: undefined }));
  }

  /** The sample of those in its group that are probed the same way; undefined for a check of its own. */
  sampleOf({ group, request }: WatchedCheck): FateSample<RunningCheck> | undefined {
    if (group === undefined) return undefined;
    return this.#samples.getOrInsertComputed(`${request.target.kind} ${group}`, () => new FateSample());
  }
}
