/**
 * One question to name servers, over UDP and, when the answer does not fit, over TCP (RFC 7766), and a judgement of the
 * answer. Not with node:dns: that hides response codes and flags, and reads replies that this probe must tell from good ones.
 *
 * 1. A datagram counts only from the server asked, with our number (random) and our question; others are passed over.
 * 2. A server that refuses, fails or is silent is followed by the next; the word is that of the last one that spoke.
 */
import { randomInt } from 'node:crypto';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { isIPv6, type Socket } from 'node:net';
import type { CancelTimer } from '../runtime/clock.ts';
import { openPlain } from './connection.ts';
import {
  encodeQuestion,
  type Header,
  MalformedReply,
  type Question,
  readAnswers,
  readHeader,
  repeats,
} from './dns-message.ts';
import { judgeAnswer } from './dns-verdict.ts';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import { GatheredBytes } from './gathered-bytes.ts';
import { parseHost } from './host.ts';
import type { Failure } from './outcome.ts';
import { printable } from './printable.ts';
import type { ProbeContext } from './probe-context.ts';
import { doubtNameServers, failByNameServer, locate } from './resolve.ts';
import { abandonAsUnsent, codeOf, failSocket } from './socket-fault.ts';
import type { DnsTarget } from './target.ts';
import { isUnsent } from './uplink.ts';

/** A lost datagram is asked again after this. */
const ASK_AGAIN_MS = 1_500;
const DOUBT_AGAIN_MS = 100;
/** Rounds over all servers. */
const ROUNDS = 3;
const FORMERR = 1;

interface Server {
  readonly address: string;
  readonly port: number;
}

/** Sends the probe; the exchange settles with its result. */
export function probeDns(exchange: Exchange, target: DnsTarget, context: ProbeContext): void {
  const servers = (target.servers ?? context.names.servers()).map(parseServer);
  const [only] = servers;
  if (target.servers?.length === 1 && only !== undefined) {
    const host = parseHost(only.address);
    if (host === null) exchange.abandon('guard_refused', 'the name server is neither a name nor an address');
    else {
      locate(exchange, host, context, (address) =>
        new Inquiry(exchange, target, [{ ...only, address }], context).askNext(),
      );
    }
    return;
  }
  if (target.servers !== undefined) {
    for (const { address } of servers) {
      const refusal = context.guard.refusal(address);
      if (refusal === null) continue;
      exchange.evidence.address = printable(address);
      exchange.abandon('guard_refused', printable(refusal));
      return;
    }
  }
  new Inquiry(exchange, target, servers, context).askNext();
}

/** The asking of one probe: server after server, until one gives an answer that can be judged. */
class Inquiry {
  readonly #exchange: Exchange;
  readonly #target: DnsTarget;
  readonly #servers: readonly Server[];
  readonly #context: ProbeContext;
  readonly #startMs: number;
  #asked = 0;
  #edns: boolean;
  #passedOver = 0;
  /** What the last server that spoke said in place of an answer. */
  #fault: Fault | null = null;
  #unreached: { readonly error: Error; readonly isUnsent: boolean } | null = null;

  constructor(exchange: Exchange, target: DnsTarget, servers: readonly Server[], context: ProbeContext) {
    this.#exchange = exchange;
    this.#target = target;
    this.#servers = servers;
    this.#context = context;
    this.#startMs = exchange.clock.monotonicMs();
    // Who watches counts the records; that of EDNS is none of the server's.
    this.#edns = exchange.watch?.answered === undefined;
    exchange.atDeadline = () => this.#end(true);
    if (target.servers === undefined) this.#doubt();
  }

  /** While the machine's own name servers are asked, their health is: a verdict must be there when the deadline comes. */
  #doubt(): void {
    if (this.#exchange.done) return;
    void this.#context.names.health.ask();
    this.#exchange.clock.after(DOUBT_AGAIN_MS, () => this.#doubt());
  }

  /** Asks the next server, or ends when each has had its turns. */
  askNext(): void {
    const server = this.#servers[this.#asked % this.#servers.length];
    const isOver = this.#asked >= this.#servers.length * (this.#fault === null ? ROUNDS : 1);
    if (server === undefined || isOver) {
      this.#end(false);
      return;
    }
    this.#asked += 1;
    this.#exchange.evidence.address = server.address;
    const { name, type } = this.#target;
    this.#askByDatagram(server, { id: randomInt(0x1_0000), name, type, edns: this.#edns });
  }

  #askByDatagram(server: Server, question: Question): void {
    const exchange = this.#exchange;
    const socket = createSocket({ type: isIPv6(server.address) ? 'udp6' : 'udp4', lookup: asItStands });
    let cancel: CancelTimer = () => {};
    let isOpen = true;
    const close = () => {
      if (!isOpen) return false;
      isOpen = false;
      cancel();
      socket.close();
      return true;
    };
    const onward = (fault: Fault | null) => {
      if (!close() || exchange.done) return;
      this.#fault = fault ?? this.#fault;
      this.askNext();
    };
    cancel = exchange.clock.after(ASK_AGAIN_MS, () => onward(null));
    exchange.own({ destroy: close });
    socket.on('error', (error) => onward(this.#unreachable(error, false)));
    socket.on('message', (message) => {
      const header = readHeader(message);
      if (
        header === null ||
        !header.isReply ||
        header.id !== question.id ||
        !repeatsOrFailed(message, header, question)
      ) {
        this.#passedOver += 1;
        return;
      }
      if (!close()) return;
      if (header.truncated) this.#askByStream(server, question);
      else this.#judge(header, message);
    });
    exchange.enter('firstByteMs');
    exchange.atDeadline = () => this.#end(true);
    sendWhenConnected(socket, server, encodeQuestion(question), (error) => onward(this.#unreachable(error, true)));
  }

  /** The answer did not fit into a datagram: the same question over TCP. */
  #askByStream(server: Server, question: Question): void {
    const exchange = this.#exchange;
    const host = { name: server.address, literal: true };
    const secureContext = () => this.#context.trust.contextFor(undefined);
    let isOpen = true;
    /** Says whether this server still has its turn, and ends that. */
    const close = () => {
      const wasOpen = isOpen && !exchange.done;
      isOpen = false;
      if (wasOpen) exchange.disconnect();
      return wasOpen;
    };
    const onward = (word: Failure, seen: string) => {
      if (close()) this.#onward(new Fault(word, `over TCP: ${seen}`, 'the answer that did not fit into a datagram'));
    };
    const failed = (error: Error) => {
      if (exchange.phase !== 'connectMs') onward('dns_failure', printable(codeOf(error)));
      else if (close()) this.#onward(this.#unreachable(error, isUnsent(error)));
    };
    if (this.#servers.length > 1) {
      exchange.pause(ASK_AGAIN_MS, () => onward('dns_timeout', `no answer from ${describeServer(server)}`));
    }
    openPlain(exchange, { ...server, host, secureContext, failed }, (socket) => {
      exchange.atDeadline = () => this.#end(true);
      exchange.enter('firstByteMs');
      readFramed(socket, (message) => {
        const header = message === null ? null : readHeader(message);
        if (message === null) onward('dns_failure', 'the connection was closed before the reply was complete');
        else if (header === null || header.id !== question.id || !repeatsOrFailed(message, header, question)) {
          onward('dns_failure', 'another answer');
        } else if (close()) {
          this.#judge(header, message);
        }
      });
      const length = Buffer.alloc(2);
      const message = encodeQuestion(question);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
  }

  #judge(header: Header, message: Buffer): void {
    const exchange = this.#exchange;
    if (exchange.done) return;
    if (header.code === FORMERR && this.#edns) {
      this.#edns = false;
      this.#asked -= 1;
      this.askNext();
      return;
    }
    exchange.enter('transferMs');
    exchange.evidence.status = header.code;
    const answered = exchange.watch?.answered;
    try {
      if (answered !== undefined) answered(message);
      else judgeAnswer(this.#target, header, header.code === 0 ? readAnswers(message) : []);
      exchange.succeed();
    } catch (thrown) {
      if (thrown instanceof MalformedReply)
        this.#onward(new Fault('dns_failure', `a malformed reply: ${thrown.message}`));
      else if (thrown instanceof Fault && OF_THE_SERVER.has(thrown.failure)) this.#onward(thrown);
      else exchange.failWith(thrown);
    }
  }

  #onward(fault: Fault | null): void {
    if (this.#exchange.done) return;
    this.#fault = fault ?? this.#fault;
    this.askNext();
  }

  /** Keeps why a server could not be reached, in case no other gives an answer. */
  #unreachable(error: Error, isUnsent: boolean): null {
    this.#unreached = { error, isUnsent };
    return null;
  }

  #silence(): Fault {
    const more = this.#passedOver === 0 ? '' : `, and ${this.#passedOver} datagrams that were no answer to it`;
    return new Fault('dns_timeout', `no answer from ${this.#servers.map(describeServer).join(', ')}${more}`);
  }

  /** Ends with what was found. When it was found with the machine's own name servers, they are doubted first. */
  #end(isDeadline: boolean): void {
    const exchange = this.#exchange;
    const { health } = this.#context.names;
    const unreached = this.#unreached;
    if (this.#target.servers !== undefined) {
      if (this.#fault !== null || unreached === null) {
        exchange.failWith(this.#fault ?? this.#silence());
        return;
      }
      exchange.enter('connectMs');
      if (!unreached.isUnsent || !abandonAsUnsent(exchange, codeOf(unreached.error), true)) {
        failSocket(exchange, unreached.error);
      }
    } else if (isDeadline) {
      doubtNameServers(exchange, this.#startMs, health);
      exchange.failWith(this.#fault ?? this.#silence());
    } else {
      failByNameServer(exchange, this.#fault ?? this.#silence(), this.#startMs, health);
    }
  }
}

/** What another server of the list may know better. */
const OF_THE_SERVER: ReadonlySet<string> = new Set(['dns_servfail', 'dns_refused', 'dns_failure']);

/** Some servers send the code of an error alone, without the question. */
function repeatsOrFailed(message: Buffer, header: Header, question: Question): boolean {
  const isBare = header.code !== 0 && message.readUInt16BE(4) === 0;
  return header.isReply && (isBare || repeats(message, question));
}

/** To connect a datagram socket makes the kernel drop what others send to it, and report that nobody listens. */
function sendWhenConnected(
  socket: DatagramSocket,
  server: Server,
  message: Buffer,
  failed: (error: Error) => void,
): void {
  socket.connect(server.port, server.address, (error?: Error | null) => {
    if (error) failed(error);
    else socket.send(message, (sendError) => sendError && failed(sendError));
  });
}

/** Calls back once with a message with its length before it (RFC 1035 section 4.2.2), or null when the stream ends early. */
function readFramed(socket: Socket, done: (message: Buffer | null) => void): void {
  const gathered = new GatheredBytes();
  let isDone = false;
  const finish = (message: Buffer | null) => {
    if (!isDone) done(message);
    isDone = true;
  };
  socket.on('data', (chunk: Buffer) => {
    if (isDone) return;
    gathered.add(chunk);
    const came = gathered.bytes();
    if (came.length < 2) return;
    const end = came.readUInt16BE(0) + 2;
    if (came.length >= end) finish(came.subarray(2, end));
  });
  socket.once('end', () => finish(null));
  socket.once('close', () => finish(null));
}

function parseServer(text: string): Server {
  const [, bracketed, v6Port, v4, v4Port] = /^(?:\[([^\]]+)\](?::(\d+))?|([^:]+)(?::(\d+))?)$/.exec(text) ?? [];
  return { address: bracketed ?? v4 ?? text, port: Number(v6Port ?? v4Port ?? 53) };
}

function describeServer({ address, port }: Server): string {
  return port === 53 ? address : isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** It is an address already; Node would start a lookup for it. */
function asItStands(
  address: string,
  _options: unknown,
  found: (error: null, address: string, family: number) => void,
): void {
  found(null, address, isIPv6(address) ? 6 : 4);
}
