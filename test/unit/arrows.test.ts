/**
 * The linter fails when an arrow is broken: each case is linted with the project's own configuration, in a folder of
 * its own with the same layout, by one run of oxlint for all of them.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ARROWS = 'throughline(arrows)';

interface Case {
  file: string;
  code: string;
  /** The rule that must fail, or `null` where the line is in order. */
  rule: string | null;
}

const imports = (file: string, specifier: string, rule: string | null): Case => ({
  file,
  code: `import { x } from '${specifier}';\nx();`,
  rule,
});
const importsType = (file: string, specifier: string, rule: string | null): Case => ({
  file,
  code: `import type { X } from '${specifier}';\nexport type Y = X;`,
  rule,
});

const CASES: Record<string, Case> = {
  'generation → Node': imports('generation/a.ts', 'node:crypto', ARROWS),
  'generation → Temporal': imports('generation/a.ts', '@temporalio/common', ARROWS),
  'generation → Temporal, as a type': importsType('generation/a.ts', '@temporalio/common', ARROWS),
  'generation → the SDK': imports('generation/a.ts', '@anthropic-ai/sdk', ARROWS),
  'generation → another room': imports('generation/seam/a.ts', '../../claude/a.ts', ARROWS),
  'generation → zod': imports('generation/a.ts', 'zod', ARROWS),
  'validateRequest → zod': imports('generation/validateRequest.ts', 'zod', null),
  'generation → itself': imports('generation/seam/a.ts', '../request.ts', null),
  'history → the client': imports('history/a.ts', '../client/a.ts', ARROWS),
  'claude → Temporal': imports('claude/a.ts', '@temporalio/activity', ARROWS),
  'claude → activities': imports('claude/a.ts', '../activities/a.ts', ARROWS),
  'claude → generation': imports('claude/a.ts', '../generation/a.ts', null),
  'claude → a package below undici': imports('claude/a.ts', 'undici/lib/a.js', null),
  'activities → workflows': imports('activities/a.ts', '../workflows/a.ts', ARROWS),
  'activities → the worker’s package': imports('activities/a.ts', '@temporalio/worker', ARROWS),
  'activities → the SDK': imports('activities/a.ts', '@anthropic-ai/sdk', ARROWS),
  'activities → the SDK, as a type': importsType('activities/a.ts', '@anthropic-ai/sdk', null),
  'activities → claude': imports('activities/a.ts', '../claude/a.ts', null),
  'workflows → activities': imports('workflows/a.ts', '../activities/a.ts', ARROWS),
  'workflows → activities, as a type': importsType('workflows/a.ts', '../activities/a.ts', null),
  'workflows → Node': imports('workflows/a.ts', 'node:fs', ARROWS),
  'workflows → the client’s package': imports('workflows/a.ts', '@temporalio/client', ARROWS),
  'client → activities': imports('client/a.ts', '../activities/a.ts', ARROWS),
  'client → claude': imports('client/a.ts', '../claude/a.ts', ARROWS),
  'client → worker': imports('client/a.ts', '../worker.ts', ARROWS),
  'client → cli': imports('client/a.ts', '../cli/a.ts', ARROWS),
  'cli → claude': imports('cli/a.ts', '../claude/a.ts', ARROWS),
  'cli → activities': imports('cli/a.ts', '../activities/a.ts', ARROWS),
  'cli → the SDK': imports('cli/a.ts', '@anthropic-ai/sdk', ARROWS),
  'cli → worker and config': imports('cli/a.ts', '../worker.ts', null),
  'simulator → generation': imports('simulator/a.ts', '../generation/a.ts', ARROWS),
  'simulator → the SDK': imports('simulator/a.ts', '@anthropic-ai/sdk', ARROWS),
  'dev → workflows': imports('dev/a.ts', '../workflows/a.ts', ARROWS),
  'dev → activities': imports('dev/a.ts', '../activities/a.ts', ARROWS),
  'dev → claude': imports('dev/a.ts', '../claude/a.ts', ARROWS),
  'dev → config': imports('dev/a.ts', '../config.ts', ARROWS),
  'dev → the client': imports('dev/a.ts', '../client/index.ts', ARROWS),
  'the demonstration → the client': imports('dev/demo/a.ts', '../../client/index.ts', null),
  'the demonstration → claude': imports('dev/demo/a.ts', '../../claude/a.ts', ARROWS),
  'worker → cli': imports('worker.ts', './cli/a.ts', ARROWS),
  'config → a room': imports('config.ts', './client/a.ts', ARROWS),
  'a room nobody listed': imports('helpers/a.ts', './b.ts', ARROWS),
  'out of src': imports('client/a.ts', '../../test/a.ts', ARROWS),
  'a re-export is an import': {
    file: 'client/a.ts',
    code: `export { x } from '../claude/a.ts';`,
    rule: ARROWS,
  },
  'an import() is an import': {
    file: 'client/a.ts',
    code: `export const x = () => import('../claude/a.ts');`,
    rule: ARROWS,
  },
  'client reads process.env': {
    file: 'client/a.ts',
    code: `export const x = process.env['X'];`,
    rule: 'node(no-process-env)',
  },
  'client imports env': {
    file: 'client/a.ts',
    code: `import { env } from 'node:process';\nexport const x = env['X'];`,
    rule: 'eslint(no-restricted-imports)',
  },
  'config reads process.env': { file: 'config.ts', code: `export const x = process.env['X'];`, rule: null },
  'heartbeat() without details': {
    file: 'activities/a.ts',
    code: `import { Context } from '@temporalio/activity';\nContext.current().heartbeat();`,
    rule: 'throughline(heartbeat-with-details)',
  },
  'heartbeat(checkpoint)': {
    file: 'activities/a.ts',
    code: `import { heartbeat } from '@temporalio/activity';\nheartbeat({ offset: 0, text: '' });`,
    rule: null,
  },
  'a promise left alone': {
    file: 'client/a.ts',
    code: `export function x(): void {\n  Promise.resolve(1);\n}`,
    rule: 'typescript(no-floating-promises)',
  },
  'a type imported as a value': {
    file: 'client/a.ts',
    code: `import { Client } from '@temporalio/client';\nexport type X = Client;`,
    rule: 'typescript(consistent-type-imports)',
  },
  '301 lines': {
    file: 'client/a.ts',
    code: Array.from({ length: 301 }, (_, index) => `export const x${index} = ${index};`).join('\n'),
    rule: 'eslint(max-lines)',
  },
};

let folder: string;
/** By the number of the case. */
const broken = new Map<number, string[]>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-arrows-'));
  await cp(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  await cp(join(ROOT, 'lint'), join(folder, 'lint'), { recursive: true });
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { module: 'nodenext', target: 'es2023', lib: ['es2023'], strict: true },
    }),
  );
  for (const [index, { file, code }] of Object.values(CASES).entries()) {
    const path = join(folder, `case${index}`, 'src', file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${code}\n`);
  }
  for (const { filename, code } of await lint(folder)) {
    const index = Number(/case(\d+)/.exec(filename)?.[1]);
    broken.set(index, [...(broken.get(index) ?? []), code]);
  }
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function lint(cwd: string): Promise<{ filename: string; code: string }[]> {
  const oxlint = join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const args = [oxlint, '-c', '.oxlintrc.json', '--type-aware', '--format', 'json', '.'];
  const run = promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  return (JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }).diagnostics;
}

describe('the linter', () => {
  it.each(Object.entries(CASES).map(([name, { rule }], index) => ({ name, rule, index })))(
    '$name: $rule',
    ({ rule, index }) => {
      expect(broken.get(index) ?? []).toEqual(rule === null ? [] : [rule]);
    },
  );
});
