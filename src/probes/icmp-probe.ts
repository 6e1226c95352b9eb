/**
 * One echo request, by the system's own `ping`: Node has no socket for it, and a raw one needs root. Its arguments never
 * pass a shell, its output is bounded, it is killed with the exchange, and few of them run at a time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { isIPv6 } from 'node:net';
import type { Exchange } from './exchange.ts';
import { parseHost } from './host.ts';
import { printable } from './printable.ts';
import type { ProbeContext } from './probe-context.ts';
import { locate } from './resolve.ts';
import { codeOf } from './socket-fault.ts';
import type { IcmpTarget } from './target.ts';

/** A process costs a hundred times a socket. */
const PROCESSES_MAX = 16;
const OUTPUT_MAX = 4 * 1024;
/** Not the PATH that we were started with: whoever can write into one of its folders is not to be run by us. */
const PROGRAM_FOLDERS = '/usr/bin:/bin:/usr/sbin:/sbin';

const waiting = new Set<() => void>();
let running = 0;

/** Sends the probe; the exchange settles with its result. */
export function probeIcmp(exchange: Exchange, target: IcmpTarget, context: ProbeContext): void {
  const host = parseHost(target.host);
  if (host === null) {
    exchange.abandon('guard_refused', 'the host is neither a name nor an address');
    return;
  }
  locate(exchange, host, context, (address) => {
    if (running < PROCESSES_MAX) {
      echo(exchange, address);
      return;
    }
    const begin = () => echo(exchange, address);
    waiting.add(begin);
    exchange.own({ destroy: () => waiting.delete(begin) });
    exchange.atDeadline = () =>
      exchange.abandon('out_of_resources', `${PROCESSES_MAX} pings were running, and none ended in time`);
  });
}

function echo(exchange: Exchange, address: string): void {
  running += 1;
  exchange.enter('firstByteMs');
  exchange.atDeadline = () => exchange.fail('icmp_timeout', `no echo within ${exchange.request.timeoutMs} ms`);
  // The deadline is ours; its own only keeps it from outliving us.
  const seconds = String(Math.ceil(exchange.request.timeoutMs / 1_000) + 1);
  const child: ChildProcess = spawn(
    'ping',
    [isIPv6(address) ? '-6' : '-4', '-n', '-c', '1', '-w', seconds, '-W', seconds, address],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: PROGRAM_FOLDERS, LC_ALL: 'C' },
    },
  );
  exchange.own({ destroy: () => child.kill('SIGKILL') });
  let output = '';
  const take = (chunk: Buffer) => {
    if (output.length < OUTPUT_MAX) output += chunk.toString('latin1', 0, OUTPUT_MAX - output.length);
  };
  // Without descriptors there is neither, and the error comes later.
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const over = once(() => {
    running -= 1;
    const [next] = waiting;
    if (next === undefined) return;
    waiting.delete(next);
    next();
  });
  child.once('error', (error) => {
    over();
    const missing = codeOf(error) === 'ENOENT';
    if (missing) exchange.abandon('unsupported', 'the program ping is not installed on this machine');
    else exchange.abandon('out_of_resources', `ping did not start: ${printable(error.message)}`);
  });
  child.once('close', (code) => {
    over();
    if (!exchange.done) conclude(exchange, code, output);
  });
}

/** Reads what the pings of iputils and of busybox print alike. */
function conclude(exchange: Exchange, code: ChildProcess['exitCode'], output: string): void {
  const took = /\btime[=<](\d+(?:\.\d+)?) ms/.exec(output)?.[1];
  const line = printable(
    output
      .split('\n')
      .findLast((text) => /unreachable|exceeded|denied|permitted|prohibited|privilege|ping:/i.test(text)) ?? '',
  );
  if (code === 0 && took !== undefined) {
    exchange.measured('firstByteMs', Number(took));
    const hopLimit = /\bttl=(\d{1,3})\b/.exec(output)?.[1];
    if (hopLimit !== undefined) exchange.watch?.echoed?.(Number(hopLimit));
    exchange.succeed();
  } else if (/not permitted|permission denied|privilege|cap_net_raw/i.test(output)) {
    exchange.abandon('unsupported', `this machine lets no program without root send echo requests: ${line}`);
  } else if (/network is unreachable|cannot assign requested address/i.test(output)) {
    exchange.abandon('network_unavailable', line);
  } else if (/unreachable|time to live exceeded|prohibited|filtered/i.test(output)) {
    exchange.fail('icmp_unreachable', line);
  } else if (code === 1) {
    exchange.fail('icmp_timeout', `no echo within ${exchange.request.timeoutMs} ms`);
  } else {
    exchange.abandon('internal_error', `ping ended with code ${code}: ${line}`);
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}
