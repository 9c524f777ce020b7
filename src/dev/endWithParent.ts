import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * `read` returns when the other end of the pipe is closed, which the kernel does for a process however it ends.
 * Ten seconds of grace: the server writes its file when it is told to stop.
 */
const WATCHER = `
  read -r _
  kill -TERM "$1" 2>/dev/null || exit 0
  for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$1" 2>/dev/null || exit 0; done
  kill -KILL "$1"
`;

/**
 * Stops `child` should this process end without having stopped it, by SIGKILL too.
 *
 * A shell waits at the far end of a pipe that only this process holds open. The other ways are worse: an exit handler
 * does not run on SIGKILL, `PR_SET_PDEATHSIG` is Linux only and needs native code or a tool that may be missing.
 * On Windows, where there is no shell, nothing watches. Returns what ends the watch; call it once the child is gone,
 * before its process id can belong to another.
 */
export function endWithParent(child: ChildProcess): () => Promise<void> {
  if (process.platform === 'win32' || child.pid === undefined) return async () => {};
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'throughline-watcher', String(child.pid)], {
    // A session of its own: Ctrl-C goes to the terminal's whole group and must not end the watcher first.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(watcher, 'exit').catch(() => undefined);
  watcher.stdin.on('error', () => {});
  return async () => {
    watcher.kill('SIGKILL');
    await ended;
  };
}
