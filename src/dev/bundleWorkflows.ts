/**
 * `node dist/dev/bundleWorkflows.js`, the last step of `npm run build`: bundles the workflows into one file.
 *
 * At build time rather than at each worker's start: bundling takes seconds, and a broken bundle should fail the build.
 */
import { bundleWorkflowCode } from '@temporalio/worker';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
});
await writeFile(new URL('../workflow-bundle.js', import.meta.url), code);
