/**
 * How many bytes go to Temporal for each byte of text: heartbeats and signals, counted in the codec, at the pace of a
 * real stream (300 characters a second). The peer, in the same run, is the heartbeat that holds all of its attempt's
 * text, as it would have been at the same beats.
 *
 * `npm run bench:payload`; lengths as arguments (default 2500 5000 10000 20000 40000), the longest takes a second for
 * 300 characters.
 */
import { fileURLToPath } from 'node:url';
import type { PayloadCodec } from '@temporalio/common';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { readWorkerConfig } from '../src/config.ts';
import type { HeartbeatDetails } from '../src/generation/attempt.ts';
import { createWorker } from '../src/worker.ts';
import { setBenchStage } from './stage.ts';

const BUNDLE = fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url));
const CHARACTERS_PER_DELTA = 6;
const DELTAS_PER_SECOND = 50;
const PACE = CHARACTERS_PER_DELTA * DELTAS_PER_SECOND;

class Counter implements PayloadCodec {
  heartbeatBytes = 0;
  signalBytes = 0;
  heartbeats = 0;
  signals = 0;
  /** Of heartbeats that each hold the whole text so far. */
  wholeTextBytes = 0;

  async encode(payloads: Parameters<PayloadCodec['encode']>[0]): ReturnType<PayloadCodec['encode']> {
    for (const { data } of payloads) this.#count(Buffer.from(data ?? []).toString());
    return payloads;
  }

  async decode(payloads: Parameters<PayloadCodec['decode']>[0]): ReturnType<PayloadCodec['decode']> {
    return payloads;
  }

  #count(json: string): void {
    const bytes = Buffer.byteLength(json);
    if (json.startsWith('{"checkpoint"') && !json.includes('"end":{')) {
      const { checkpoint } = JSON.parse(json) as HeartbeatDetails;
      this.heartbeats += 1;
      this.heartbeatBytes += bytes;
      // What precedes the tail is counted as characters: a little less than its bytes, in the peer's favour.
      this.wholeTextBytes += bytes + checkpoint.offset;
    } else if (json.startsWith('{"runId"')) {
      this.signals += 1;
      this.signalBytes += bytes;
    }
  }
}

Runtime.install({ logger: new DefaultLogger('ERROR') });
const lengths = process.argv.slice(2).map(Number);
const stage = await setBenchStage({
  charactersPerDelta: CHARACTERS_PER_DELTA,
  deltasPerSecond: DELTAS_PER_SECOND,
});
const rows = await Promise.all(
  (lengths.length > 0 ? lengths : [2_500, 5_000, 10_000, 20_000, 40_000]).map(measure),
);
await stage.clear();
console.table(rows);

/** A worker and a task queue of its own for each length: its codec counts for it alone. */
async function measure(characters: number): Promise<object> {
  const taskQueue = `bench-${characters}`;
  const counter = new Counter();
  const config = readWorkerConfig(stage.environment(taskQueue));
  const worker = await createWorker(config, {
    workflowBundle: BUNDLE,
    dataConverter: { payloadCodecs: [counter] },
  });
  const running = worker.run();
  const client = await stage.client(taskQueue);
  const prompt = `Write at length. [characters: ${characters}]`;
  const id = `bench-${characters}`;
  await client.enqueue({
    id,
    message: {
      model: 'claude-sonnet-5-5',
      max_tokens: characters,
      messages: [{ role: 'user', content: prompt }],
    },
    limits: { totalMs: 60_000 + Math.ceil((2_000 * characters) / PACE) },
  });
  const { status, text } = await client.result(id);
  if (status !== 'complete' || text !== stage.simulator.truth(prompt)) throw new Error(`${id} is ${status}`);
  const { historyLength, raw } = await client.temporal.workflow.getHandle(id).describe();
  worker.shutdown();
  await running;
  const output = Buffer.byteLength(text);
  const ratio = (bytes: number): string => `${(bytes / output).toFixed(1)} ×`;
  return {
    characters: text.length,
    heartbeats: counter.heartbeats,
    chunks: counter.signals,
    'sent, of the output': ratio(counter.heartbeatBytes + counter.signalBytes),
    'of it chunks': ratio(counter.signalBytes),
    'peer: whole texts': ratio(counter.wholeTextBytes),
    events: historyLength,
    'history, of the output': ratio(Number(raw.workflowExecutionInfo?.historySizeBytes)),
  };
}
