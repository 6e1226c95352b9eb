import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { atCommandLine } from '../support/command-line.ts';
import { at, plan, service } from '../support/world.ts';

const setting = {
  facts: [...plan(), ...service('s2', { web: ['s1/web'] }, 'c2')] as readonly Fact[],
  now: at('2026-03-10 10:00'),
};
const MINUTE = 60_000;
const REGISTER = ['ticket', 'event', 'T-1', 'registered', '--service', 's1', '--priority', 'high'];

describe('kepil ticket', () => {
  it('takes a request from its registration to its fix, waiting left out', async () => {
    await atCommandLine(setting, async ({ kepil, json, later }) => {
      const does = async (event: string) => {
        expect(await kepil('ticket', 'event', 'T-1', event)).toMatchObject({ code: 0, stderr: '' });
      };
      expect(await json(...REGISTER)).toEqual({
        type: 'ticket',
        id: 'T-1',
        service: 's1',
        priority: 'high',
        event: 'registered',
        at: at('2026-03-10 10:00'),
      });
      await later(30 * MINUTE);
      expect((await json('ticket', 'list')).tickets).toMatchObject([
        {
          ...{ id: 'T-1', service: 's1', customer: 'c1', priority: 'high', state: 'registered' },
          ...{ registeredAt: '2026-03-10T10:00:00.000+05:00', responseKept: null, resolutionKept: null },
          ...{ responseMs: null, responseLeftMs: 30 * MINUTE, resolutionMs: null, resolutionLeftMs: 450 * MINUTE },
        },
      ]);
      await does('waiting');
      await later(60 * MINUTE);
      // Work begins while the customer is still asked; the answer comes later.
      await does('started');
      await does('resumed');
      await later(30 * MINUTE);
      await does('resolved');
      expect(await json('ticket', 'list')).toMatchObject({
        tickets: [
          {
            ...{ state: 'resolved', responseMs: 90 * MINUTE, responseKept: false, responseLeftMs: null },
            ...{ resolutionMs: 60 * MINUTE, resolutionKept: true, resolutionLeftMs: null },
          },
        ],
        customers: { c1: { requests: 1, response: { missed: 1 }, resolution: { kept: 1 } } },
        all: { requests: 1, response: { kept: 0, missed: 1, running: 0 } },
      });
      expect((await json('ticket', 'list', '--open')).tickets).toEqual([]);
      await does('reopened');
      expect((await json('ticket', 'list', '--open')).tickets).toMatchObject([{ state: 'started' }]);
    });
  });

  it('is a table for a person', async () => {
    await atCommandLine(setting, async ({ kepil, later }) => {
      await kepil(...REGISTER);
      await later(90 * MINUTE);
      const { stdout } = await kepil('ticket', 'list');
      expect(stdout).toMatch(
        /^T-1 +s1 +high +registered +missed, 30 min 00\.000 s over +running, 6 h 30 min 00\.000 s left/m,
      );
      expect(stdout).toMatch(/^all +1 +0 +1 +0 +0 +0 +1$/m);
    });
  });

  it('takes what happened before it was recorded, and not what is to come', async () => {
    await atCommandLine(setting, async ({ json, kepil }) => {
      expect(await json(...REGISTER, '--at', '2026-03-10T09:00:00+05:00')).toMatchObject({
        at: at('2026-03-10 09:00'),
      });
      expect(await kepil('ticket', 'event', 'T-1', 'started', '--at', '2026-03-10T08:59:59+05:00')).toMatchObject({
        code: 2,
        stderr: 'kepil: at: found an instant before the request was registered, expected one after it\n',
      });
      expect(await kepil('ticket', 'event', 'T-1', 'started', '--at', '2026-03-10T10:00:01+05:00')).toMatchObject({
        code: 2,
        stderr: 'kepil: at: found an instant that is still to come, expected when it happened\n',
      });
    });
  });

  it.each<[string[], string[], string]>([
    [
      ['registered'],
      ['registered'],
      'event: found registered after registered, expected started or waiting or resolved',
    ],
    [['registered'], ['resumed'], 'event: found resumed after registered, expected started or waiting or resolved'],
    [['registered'], ['reopened'], 'event: found reopened after registered, expected started or waiting or resolved'],
    [['registered', 'started'], ['started'], 'event: found started after started, expected waiting or resolved'],
    [
      ['registered', 'waiting'],
      ['waiting'],
      'event: found waiting after waiting, expected started or resumed or resolved',
    ],
    [['registered', 'resolved'], ['started'], 'event: found started after resolved, expected reopened'],
    [
      ['registered', 'waiting', 'started'],
      ['waiting'],
      'event: found waiting after started, expected resumed or resolved',
    ],
    [[], ['started'], 'event: found started of "T-1", which is not registered, expected registered'],
    [[], ['registered'], 'service: found none, expected the service that it is about'],
    [[], ['registered', '--service', 's1'], 'priority: found none, expected high, medium or low'],
    [[], ['registered', '--service', 's9', '--priority', 'low'], 'service: found "s9", expected one of s1, s2'],
    [['registered'], ['started', '--service', 's2'], 'service: found "s2", expected "s1", where it is registered'],
  ])('after %j refuses %j', async (history, [event = '', ...more], message) => {
    await atCommandLine(setting, async ({ kepil }) => {
      for (const past of history) {
        const known = past === 'registered' ? REGISTER.slice(4) : [];
        expect(await kepil('ticket', 'event', 'T-1', past, ...known)).toMatchObject({ code: 0 });
      }
      expect(await kepil('ticket', 'event', 'T-1', event, ...more)).toEqual({
        code: 2,
        stdout: '',
        stderr: `kepil: ${message}\n`,
      });
    });
  });

  it('names the events and priorities there are', async () => {
    await atCommandLine(setting, async ({ kepil }) => {
      const { code, stderr } = await kepil('ticket', 'event', 'T-1', 'closed');
      expect(code).toBe(2);
      expect(stderr).toMatch('registered, started, waiting, resumed, resolved, reopened');
    });
  });
});
