/**
 * Committed histories replayed with today's workflow code: a change that would break a running generation fails here.
 * Record them anew with `npm run record-histories` (only for a change that is meant to be one, behind `patched()`).
 */
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';

const HISTORIES = fileURLToPath(new URL('../histories', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
const files = (await readdir(HISTORIES)).filter((file) => file.endsWith('.json'));

describe('committed histories', () => {
  it('there is one of each kind', () => {
    expect(files.sort()).toEqual([
      'budget.json',
      'cancel.json',
      'chunks.json',
      'handed-over.json',
      'stall.json',
      'worker-lost.json',
      'worker-stopping.json',
    ]);
  });

  it.each(files)('%s replays', async (file) => {
    const history: unknown = JSON.parse(await readFile(`${HISTORIES}/${file}`, 'utf8'));
    await Worker.runReplayHistory({ workflowBundle: { codePath: BUNDLE } }, history);
  });
});
