/**
 * The sandbox: sample customers' sites and mail servers, served by Kepil itself so that a newcomer sees real outages of
 * real sockets at once. Each site follows its script; nothing tells the monitor when.
 *
 * A conversation begun before a change ends as it began, unless the change is to `down`, which cuts it.
 */
import type { Server } from 'node:net';
import type { SandboxSite } from '../../config/configuration.ts';
import type { SandboxBehaviour } from '../../config/sandbox-schema.ts';
import type { Clock } from '../../runtime/clock.ts';
import { createImapServer } from './imap-server.ts';
import { createListener } from './listener.ts';
import { type Protocol, type SamplePort, SandboxPortError } from './port-error.ts';
import { playScript, stepAt } from './script.ts';
import { createSmtpServer } from './smtp-server.ts';
import { createWebSite } from './web-site.ts';

const SERVERS: Readonly<Record<Protocol, (service: string, behaviour: () => SandboxBehaviour) => Server>> = {
  http: createWebSite,
  smtp: createSmtpServer,
  imap: createImapServer,
};

/** The servers of one site, behaving alike. */
interface Sample {
  /** Listens on every port; rejects with a SandboxPortError. */
  open(): Promise<void>;
  shut(): Promise<void>;
  behave(behaviour: SandboxBehaviour): Promise<void>;
}

function createSample(site: SandboxSite, host: string, onError: (error: Error) => void): Sample {
  let current: SandboxBehaviour = 'down';
  const servers = Object.entries<number>(site.ports).map(([name, port]) => {
    const place: SamplePort = { service: site.service, protocol: name as Protocol, host, port };
    const listener = createListener(
      SERVERS[place.protocol](site.service, () => current),
      place,
      onError,
    );
    const open = async () => {
      try {
        await listener.open();
      } catch (error) {
        throw new SandboxPortError(place, error as NodeJS.ErrnoException);
      }
    };
    return { open, shut: listener.shut };
  });
  const all = async (work: Promise<void>[]): Promise<void> => {
    await Promise.all(work);
  };
  const open = () => all(servers.map((server) => server.open()));
  const shut = () => all(servers.map((server) => server.shut()));
  return {
    open,
    shut,
    behave: (behaviour) => {
      current = behaviour;
      return behaviour === 'down' ? shut() : open();
    },
  };
}

/**
 * Opens every port, then plays every script from its beginning, for ever, until `stop` closes everything at once.
 *
 * `onError` hears of a port that could not be opened again after a `down` step (that server stays down until its
 * script's next change) and of connections that the system would not let it accept.
 * @throws SandboxPortError when a port cannot be listened on at the start, also where the script begins with `down`;
 * nothing is left listening then. RangeError for a script without a step, or with a step that lasts no time.
 */
export async function startSandbox(options: {
  readonly sites: readonly SandboxSite[];
  readonly clock: Clock;
  /** Address to listen on; loopback by default. */
  readonly host?: string;
  readonly onError: (error: Error) => void;
}): Promise<{ stop(): Promise<void> }> {
  const { sites, clock, host = '127.0.0.1', onError } = options;
  for (const site of sites) stepAt(site.script, 0);
  const samples = sites.map((site) => ({ site, sample: createSample(site, host, onError) }));
  const shutAll = () => Promise.all(samples.map(({ sample }) => sample.shut()));
  try {
    await Promise.all(samples.map(({ sample }) => sample.open()));
  } catch (error) {
    await shutAll();
    throw error;
  }
  const scripts = samples.map(({ site, sample }) =>
    playScript(site.script, clock, (behaviour) => {
      sample.behave(behaviour).catch(onError);
    }),
  );
  return {
    stop: async () => {
      for (const cancel of scripts) cancel();
      await shutAll();
    },
  };
}
