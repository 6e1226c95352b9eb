/**
 * HTTP(S): one request on a connection of its own and, where the target says so, one for each redirect, all under the
 * exchange's deadline. Each hop is looked up and guarded anew; its connection is destroyed before the next is made.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { BlockPageWatch } from './block-page.ts';
import { type Connecting, openPlain, openTls } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { type Hop, type HttpPlan, planOf } from './http-plan.ts';
import { nextHop } from './http-redirect.ts';
import { type Follow, HttpReply } from './http-reply.ts';
import { askOverHttp1, failHttp1 } from './http1-request.ts';
import { askOverHttp2 } from './http2-request.ts';
import type { ProbeContext } from './probe-context.ts';
import { locate } from './resolve.ts';
import type { HttpTarget } from './target.ts';

const NO_HOST = 'the host of the URL is neither a name nor an address';

/** One probe on its way, over all redirects. */
interface Run {
  readonly exchange: Exchange;
  readonly context: ProbeContext;
  readonly plan: HttpPlan;
  /** Null: no page of blocked services is looked for. */
  readonly pages: BlockPageWatch | null;
}

/** Sends the probe; the exchange settles with its result. Throws only for a target that no configuration lets through. */
export function probeHttp(exchange: Exchange, target: HttpTarget, context: ProbeContext): void {
  const plan = planOf(target);
  const { first } = plan;
  const { blockPages } = exchange.request;
  const run = { exchange, context, plan, pages: blockPages === undefined ? null : new BlockPageWatch(blockPages) };
  if (first.host === null) exchange.abandon('guard_refused', NO_HOST);
  else locate(exchange, first.host, context, (address) => ask(run, [first], address));
}

/** Asks the last hop of the trail at an address that the guard has let pass. */
function ask(run: Run, trail: readonly Hop[], address: string): void {
  const { exchange, context, plan, pages } = run;
  const hop = trail.at(-1);
  if (hop?.host == null) throw new TypeError('a hop without a host has no address');
  const { redirects } = plan;
  const follow: Follow | null =
    redirects === null
      ? null
      : (status, headers) => {
          const next = nextHop({ status, headers }, trail, redirects, plan.quote);
          exchange.disconnect();
          go(run, [...trail, next]);
        };
  const reply = new HttpReply(exchange, { plan, follow, href: hop.href, pages });
  let opened: Socket | undefined;
  const failed = (error: Error) => {
    if (!reply.over) failHttp1(exchange, error, opened?.readableEnded ?? false);
  };
  const secureContext = () => context.trust.contextFor(exchange.request.trust);
  const { host, port } = hop;
  const to: Connecting = { address, port, host, secureContext, protocols: plan.protocols, failed };
  const begin = (socket: Socket) => {
    opened = socket;
    exchange.enter('firstByteMs');
    askOverHttp1(exchange, hop, socket, reply);
  };
  if (!hop.secure) openPlain(exchange, to, begin);
  else {
    openTls(exchange, to, (socket: TLSSocket) => {
      if (socket.alpnProtocol !== 'h2') begin(socket);
      else {
        exchange.enter('firstByteMs');
        askOverHttp2(exchange, hop, socket, reply);
      }
    });
  }
}

/** Goes to the last hop of the trail, where a redirect leads. */
function go(run: Run, trail: readonly Hop[]): void {
  const { exchange, context, plan } = run;
  const hop = trail.at(-1);
  if (hop === undefined) return;
  exchange.evidence.url = plan.quote(hop.href);
  // Visitors cannot go there either: it is the target that sends them.
  const refused = (why: string) => exchange.fail('http_redirect', why, 'a redirect to where visitors can go');
  if (hop.host === null) refused(NO_HOST);
  else locate(exchange, hop.host, context, (address) => ask(run, trail, address), refused);
}
