import { defineConfig } from 'vitest/config';

const onTemporal = {
  globalSetup: ['test/integration/globalSetup.ts'],
  setupFiles: ['test/integration/quietWorkers.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** Tests with sockets, processes and clocks of their own. */
const WIRE = ['claude', 'simulator', 'dev'].map((room) => `test/unit/${room}/**/*.test.ts`);

/** More than there are cores: most of these tests wait for stalls, timeouts and servers. */
const beside = { maxWorkers: 4, sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'wire',
          include: WIRE,
          testTimeout: 20_000,
          // One at a time, and nothing beside: some of them measure when a stall is noticed.
          maxWorkers: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          exclude: WIRE,
          testTimeout: 20_000,
          // They hold no state: a process serves for many of them.
          isolate: false,
          ...beside,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          ...onTemporal,
          ...beside,
        },
      },
      // Run by name alone: it rewrites the committed histories.
      {
        test: {
          name: 'histories',
          include: ['test/histories/*.test.ts'],
          ...onTemporal,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
