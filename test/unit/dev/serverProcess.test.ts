import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { startServerProcess } from '../../../src/dev/serverProcess.ts';
import { program, temporaryFolder } from './fakePrograms.ts';

/** Exits at once when told to stop; `sleep` is replaced, so that no grandchild keeps the pipes open. */
const OBEDIENT = `trap 'echo stopping; kill $! 2>/dev/null; exit 0' TERM
echo ready
sleep 60 >/dev/null 2>&1 & wait`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function started(script: string): Promise<Awaited<ReturnType<typeof startServerProcess>>> {
  const path = await program(join(await temporaryFolder(), 'server'), script);
  const server = await startServerProcess(path, []);
  await vi.waitFor(() => expect(server.lastLines()).toContain('ready'));
  return server;
}

describe('a server process', () => {
  it('is told to stop by SIGTERM, and is gone when stop() resolves', async () => {
    const server = await started(OBEDIENT);
    await server.stop();
    expect(await server.exited).toMatchObject({ code: 0, signal: null, lastLines: 'ready\nstopping' });
    expect(isAlive(server.pid)).toBe(false);
  });

  it('that ignores SIGTERM is ended by SIGKILL after the grace', async () => {
    const server = await started(`trap '' TERM; echo ready; exec sleep 60`);
    await server.stop(50);
    expect(await server.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  it('can be stopped twice, and after it is gone', async () => {
    const server = await started(OBEDIENT);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  it('has a process group of its own, which Ctrl-C in a terminal does not reach', async () => {
    const server = await started(OBEDIENT);
    // A signal to the negative id reaches a group; there is one of that id only if the process leads it.
    expect(() => process.kill(-server.pid, 0)).not.toThrow();
    await server.stop();
  });

  it('never blocks on its own output, of which the end is kept', async () => {
    const server = await started(
      `i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done; echo ready`,
    );
    const { lastLines } = await server.exited;
    expect(lastLines.endsWith('line 19999\nready')).toBe(true);
    expect(lastLines.length).toBeLessThanOrEqual(4_000);
  });

  it('that cannot be started rejects with its path', async () => {
    await expect(startServerProcess('/nonexistent/temporal', [])).rejects.toThrow('/nonexistent/temporal');
  });

  it('does not outlive a parent that was killed by SIGKILL', async () => {
    const path = await program(join(await temporaryFolder(), 'server'), OBEDIENT);
    // A process of its own runs what `npm run build` made.
    const module = new URL('../../../dist/dev/serverProcess.js', import.meta.url).href;
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { startServerProcess } = await import(${JSON.stringify(module)});
         const server = await startServerProcess(${JSON.stringify(path)}, []);
         console.log(server.pid);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5_000 });
  });
});
