import { defineConfig } from 'vitest/config';

const onTemporal = {
  globalSetup: ['test/integration/globalSetup.ts'],
  setupFiles: ['test/integration/quietWorkers.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...onTemporal } },
      // Run by name alone: it rewrites the committed histories.
      {
        test: {
          name: 'histories',
          include: ['test/histories/*.test.ts'],
          fileParallelism: false,
          ...onTemporal,
        },
      },
    ],
  },
});
