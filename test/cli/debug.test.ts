import { expect, test } from 'vitest';
import { synwhere } from './command.ts';

/** A fault of the program: its output cannot be written, for a reason that the user does not cause. */
const BROKEN = "data:text/javascript,process.stdout.write = () => { throw new TypeError('broken'); };";

function broken(debug: Record<string, string>) {
  return synwhere(['explain', 'reachable', '--json'], {
    env: { NODE_OPTIONS: `--import="${BROKEN}"`, ...debug },
  });
}

test('a fault of the program is one line, which states how to get the stack trace', async () => {
  const { status, stderr } = await broken({});
  expect(stderr).toBe('synwhere: internal error: broken; set SYNWHERE_DEBUG=1 to see the stack trace\n');
  expect(status).toBe(70);
});

test('SYNWHERE_DEBUG adds the stack trace, as --help states', async () => {
  const { status, stderr } = await broken({ SYNWHERE_DEBUG: '1' });
  const [first, second, ...frames] = stderr.trimEnd().split('\n');
  expect([first, second]).toEqual(['synwhere: internal error: broken', '  TypeError: broken']);
  expect(frames.length).toBeGreaterThan(2);
  for (const frame of frames) expect(frame).toMatch(/^ {2}at /);
  expect(status).toBe(70);
  expect((await synwhere(['--help'])).stdout).toContain('SYNWHERE_DEBUG=1 adds the stack trace');
});

test('SYNWHERE_DEBUG adds nothing to an error of the user', async () => {
  const { status, stderr } = await synwhere(['check', 'no-port'], { env: { SYNWHERE_DEBUG: '1' } });
  expect(stderr).toMatch(/^synwhere: .*\n$/);
  expect(status).toBe(2);
});
