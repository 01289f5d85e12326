import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, recipients, testContext } from '../context.ts';

describe('campaigns', () => {
  it('lists them, as text and JSON', async () => {
    const world = testContext();
    const file = world.file('list.csv', recipients(2));
    await main(['batch', file, '--from', from, '--body', 'Hi', '--yes', '--campaign', 'spring'], world.context);
    world.stdout.length = 0;
    await main(['campaigns'], world.context);
    expect(world.stdout.splice(0).join('\n')).toMatch(/spring +2 accepted/);
    await main(['campaigns', '--json'], world.context);
    expect(JSON.parse(world.stdout.join(''))).toMatchObject({
      schema: 'volley.campaigns/1',
      campaigns: [{ name: 'spring', counts: { accepted: 2 } }],
    });
  });

  describe('--watch', () => {
    /** One campaign that is being sent and one that is done; each look finds that another message has gone. */
    async function beside() {
      const world = testContext();
      const { context, file, stdout } = world;
      const quietly = { ...context, out: () => undefined, err: () => undefined };
      const batch = (name: string, count: number, ...more: string[]) =>
        main(
          [
            'batch',
            file(`${name}.csv`, recipients(count)),
            ...['--from', from, '--body', 'Hi', '--yes'],
            '--campaign',
            name,
            ...more,
          ],
          quietly,
        );
      await batch('done', 1, '--again');
      await batch('spring', 4, '--limit', '1', '--again');
      const stop = new AbortController();
      let looks = 0;
      const sleep = async () => {
        if (++looks === 4) stop.abort();
        else await main(['resume', 'spring', '--limit', '1'], quietly);
      };
      const monotonic = () => looks * 1000;
      const watch = (more: object, ...argv: string[]) =>
        main(['campaigns', '--watch', ...argv], { ...context, sleep, monotonic, signal: stop.signal, ...more });
      return { ...world, watch, terminal: { terminal: { ...context.terminal, stdoutIsTty: true } }, stdout };
    }

    it('shows on a terminal what is being sent, each look in the place of the one before, until Ctrl-C', async () => {
      const { watch, terminal, stdout } = await beside();
      expect(await watch(terminal)).toBe(0);
      const back = '\r\u001b[2A\u001b[J';
      expect(stdout.map((screen) => screen.startsWith(back))).toEqual([false, true, true, true]);
      const plain = stdout.map((screen) => screen.replace(back, '').replace(/\u001b\[\d+m/g, ''));
      expect(plain[0]).toBe('name    done        rate\nspring  1/4   25 %  0.0/s');
      expect(plain.slice(1).map((screen) => screen.split('\n')[1])).toEqual([
        'spring  2/4   50 %  1.0/s  2 s to go',
        'spring  3/4   75 %  1.0/s  1 s to go',
        'spring  4/4   100 %  1.0/s  done',
      ]);
    });

    it('prints once where there is no terminal, and says when there is nothing', async () => {
      const { watch, stdout } = await beside();
      expect(await watch({})).toBe(0);
      expect(stdout).toHaveLength(1);
      expect(stdout[0]).toMatch(/\nspring +1\/4/);
      const { context, stdout: empty } = testContext();
      expect(await main(['campaigns', '--watch'], context)).toBe(0);
      expect(empty).toEqual(['Nothing is being sent.']);
    });
  });
});
