/** Who may ask: the machine's own clients, and those that a setting names. */
import { BlockList, isIP, type Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Others than the machine's own. */
export interface Clients {
  /** Address ranges such as `10.0.0.5/32`. */
  readonly clients: readonly string[];
  /** Host names under which they reach us, besides our addresses. */
  readonly names: readonly string[];
}

/** A hook that answers 403 to peers that may not ask, and 421 to names that we do not go by. */
export function admitting({ clients, names }: Clients) {
  const list = listOf(clients);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { localAddress, remoteAddress } = request.socket;
    if (!isThisMachine(request.socket) && !isListed(list, remoteAddress)) {
      const message =
        clients.length === 0 ? 'this address answers to its own machine only' : 'this client may not ask this';
      await reply.code(403).send({ error: 'forbidden', message });
    } else if (
      !isLoopbackName(request.hostname) &&
      bare(request.hostname) !== plain(localAddress) &&
      !names.includes(request.hostname.toLowerCase())
    ) {
      // A page in a browser on such a machine may reach it under a name of its own (DNS rebinding).
      await reply.code(421).send({ error: 'misdirected', message: 'expected an address of this machine as the host' });
    }
  };
}

/** Who comes from the address that was reached is this machine, by whichever of its addresses. */
export function isThisMachine({
  localAddress,
  remoteAddress,
}: Pick<Socket, 'localAddress' | 'remoteAddress'>): boolean {
  return isLoopback(remoteAddress) || (remoteAddress !== undefined && remoteAddress === localAddress);
}

/** True for what a page in a browser asks on behalf of another site: it may neither read nor cause anything here. */
export function isFromAnotherSite(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  return (site !== undefined && site !== 'none' && site !== 'same-origin') || request.headers.origin !== undefined;
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

function isListed(list: BlockList, remote: string | undefined): boolean {
  const address = plain(remote) ?? '';
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** An IPv4 address as such, where a socket of both families shows it inside an IPv6 one. */
function plain(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.)/i, '');
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.');
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
