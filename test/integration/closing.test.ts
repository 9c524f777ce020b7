import { expect, inject, it, onTestFinished } from 'vitest';
import { ThroughlineClient } from '../../src/client/index.ts';
import { startPartition } from './partition.ts';
import { until } from './stage.ts';

it('closed while Temporal is away, a client tells whoever waits, and throws nothing at nobody', async () => {
  const thrown: unknown[] = [];
  const note = (error: unknown): void => void thrown.push(error);
  process.on('uncaughtException', note);
  onTestFinished(() => void process.off('uncaughtException', note));

  const way = await startPartition(inject('temporalAddress'));
  const client = await ThroughlineClient.connect({ connection: { address: way.address } });
  way.close();
  const told = Promise.allSettled([client.result('nobody'), client.list(), client.status('nobody')]);
  const askedAt = Date.now();
  await until(() => Date.now() > askedAt + 1_500, 'the calls to be in a pause before they are repeated');
  await client.close();
  expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(thrown).toEqual([]);
});
