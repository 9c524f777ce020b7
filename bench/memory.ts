/**
 * How much memory a worker needs for many long texts at once: the resident size of a worker process of its own, by
 * the length that its texts have come to.
 *
 * `npm run bench:memory`; arguments: streams (200), characters (500000). Linux only.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setBenchStage } from './stage.ts';

const PROGRAM = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const PAGE_BYTES = 4_096;
const TASK_QUEUE = 'bench-memory';
const CHARACTERS_PER_DELTA = 250;
const DELTAS_PER_SECOND = 12;

const [streams = 200, characters = 500_000] = process.argv.slice(2).map(Number);
const stage = await setBenchStage({
  characters,
  charactersPerDelta: CHARACTERS_PER_DELTA,
  deltasPerSecond: DELTAS_PER_SECOND,
});
const worker = spawn(process.execPath, [PROGRAM, 'worker'], {
  env: { PATH: process.env['PATH'] ?? '', ...stage.environment(TASK_QUEUE) },
  stdio: ['ignore', 'ignore', 'ignore'],
});
const client = await stage.client(TASK_QUEUE);
await sleep(5_000);
const idle = await residentMegabytes();
const ids = Array.from({ length: streams }, (_, index) => `bench-memory-${index}`);
for (const id of ids) await client.enqueue(request(id));

const samples: { characters: number; megabytes: number }[] = [];
const results = Promise.all(ids.map((id) => client.result(id)));
let ended = false;
void results.finally(() => (ended = true));
while (!ended) {
  await sleep(2_000);
  const sent = stage.simulator.log.reduce((sum, record) => sum + record.sentCharacters, 0);
  samples.push({ characters: Math.round(sent / streams), megabytes: await residentMegabytes() });
}
const documents = await results;
const attempts = documents.reduce((sum, document) => sum + document.attempts.length, 0);
const whole = documents.filter(({ status }) => status === 'complete').length;
const peak = Math.max(...samples.map(({ megabytes }) => megabytes));
console.table(samples.filter((_, index) => index % Math.ceil(samples.length / 12) === 0));
console.log(
  `${whole} of ${streams} complete, ${attempts} attempts; idle ${idle} MB, at most ${peak} MB: ${((peak - idle) / streams).toFixed(1)} MB a stream of ${characters} characters`,
);
worker.kill('SIGTERM');
await once(worker, 'exit');
await stage.clear();

function request(id: string): object {
  const messages = [{ role: 'user', content: `Write about ${id}.` }];
  return {
    id,
    message: { model: 'claude-sonnet-5-5', max_tokens: characters, messages },
    limits: { totalMs: 3_600_000 },
  };
}

async function residentMegabytes(): Promise<number> {
  const pages = Number((await readFile(`/proc/${worker.pid}/statm`, 'utf8')).split(' ')[1]);
  return Math.round((pages * PAGE_BYTES) / 1_000_000);
}
