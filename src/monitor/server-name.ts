import type { WatchedCheck } from './watched-check.ts';

/** The server that a check's probes go to, as far as the configuration tells: its group's, else that of its host. */
export function serverName({ id, group, request: { target } }: Pick<WatchedCheck, 'id' | 'group' | 'request'>): string {
  if (group !== undefined) return `group ${group}`;
  if ('url' in target) return URL.parse(target.url)?.hostname ?? id;
  return 'host' in target ? target.host : id;
}
