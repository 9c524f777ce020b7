/**
 * One long text through ten faults, two of them SIGKILL. LONG_TEXT=500000 plays it at that length, and prints what the
 * history holds in the end.
 */
import { afterEach, expect, it } from 'vitest';
import { Stage, until } from './stage.ts';

const CHARACTERS = Number(process.env['LONG_TEXT'] ?? 60_000);
const DELTA = 100;
const DELTAS_PER_SECOND = 200;

let stage: Stage;
afterEach(() => stage.clear());

const STREAM_FAULTS = [
  { kind: 'reset' },
  { kind: 'eof' },
  { kind: 'error_event' },
  { kind: 'malformed_event' },
  { kind: 'stall', silence: 'pings' },
  { kind: 'eof', insideBody: true },
  { kind: 'second_message_start' },
  { kind: 'stall', silence: 'nothing' },
] as const;

it(`${CHARACTERS} characters through ten faults, two of them SIGKILL: byte-identical, and a short history`, async () => {
  // Attempts 1 and 2 are killed; those after them meet a fault of the stream each.
  const share = Math.floor(CHARACTERS / 14);
  const faults = STREAM_FAULTS.map((fault, index) => ({
    ...fault,
    attempt: index + 3,
    afterCharacters: share,
  }));
  stage = await Stage.set({
    profile: {
      characters: CHARACTERS,
      charactersPerDelta: DELTA,
      deltasPerSecond: DELTAS_PER_SECOND,
      faults,
    },
  });
  const limits = { totalMs: 900_000 };
  const { id, prompt, document } = stage.request({ maxTokens: CHARACTERS, limits });
  await stage.client.enqueue(document);
  let worker = await stage.workerProcess();
  for (const killed of [0, 1]) {
    await until(
      () => (stage.simulator.log[killed]?.sentCharacters ?? 0) > 2 * share,
      'a third of the text',
      120_000,
    );
    worker.child.kill('SIGKILL');
    worker = await stage.workerProcess();
  }
  const result = await stage.client.result(id);
  expect(result).toMatchObject({ status: 'complete', verified: true });
  expect(result.text === stage.simulator.truth(prompt)).toBe(true);
  const outcomes = result.attempts.map(({ outcome }) => outcome).join(' ');
  expect(outcomes).toBe(
    'worker_lost worker_lost connection_lost connection_lost api_error connection_lost stalled ' +
      'connection_lost connection_lost stalled complete',
  );

  const { historyLength, raw } = await stage.client.temporal.workflow.getHandle(id).describe();
  const bytes = Number(raw.workflowExecutionInfo?.historySizeBytes);
  console.log(
    `${result.text.length} characters: ${historyLength} events, ${bytes} bytes of history, ${result.attempts.length} attempts`,
  );
  // The text once in chunks and reports, and once more in the result; the rest is as long as there are attempts.
  const encoded = Buffer.byteLength(JSON.stringify(result.text));
  expect(bytes).toBeLessThan(3 * encoded + 11 * 20_000);
}, 900_000);
