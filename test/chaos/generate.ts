/** One planned generation, from enqueue to its last end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedError } from '../../src/client/index.ts';
import type { ResultDocument, ThroughlineClient } from '../../src/client/index.ts';
import type { AccidentFact, RunFact, StartFact } from './facts.ts';
import { STALL_AFTER_MS } from './options.ts';
import { throughOutages } from './outages.ts';
import type { PlannedGeneration } from './plan.ts';
import { millisecondsOf } from './times.ts';

/** A generation that goes on so long after its budget, and after the server is back, is stuck. */
const STUCK_AFTER_MS = 5_000;
const POLL_MS = 250;
const AMPLE_TOKENS = 32_000;
const AMPLE_ATTEMPTS = 20;

export interface Generated {
  planned: PlannedGeneration;
  prompt: string;
  runs: RunFact[];
  document: ResultDocument | null;
  /** By attempt number. */
  starts: Map<number, StartFact>;
}

export interface Asking {
  client: ThroughlineClient;
  accidents: readonly AccidentFact[];
  /** The budget of a generation that nobody meant to run out of time. */
  totalMs: number;
}

export async function generate(asking: Asking, planned: PlannedGeneration): Promise<Generated> {
  const { client } = asking;
  const generated: Generated = {
    planned,
    prompt: `Write about ${planned.id}. [characters: ${planned.characters}]`,
    runs: [],
    document: null,
    starts: new Map(),
  };
  const totalMs = planned.fate.kind === 'short_budget' ? planned.fate.totalMs : asking.totalMs;
  await throughOutages(() => client.enqueue(requestOf(planned, generated.prompt, totalMs)));
  const ending = new AbortController();
  const cancelling =
    planned.fate.kind === 'cancelled'
      ? cancelAfter(client, planned.id, planned.fate.afterMs, ending.signal)
      : Promise.resolve();
  // Thrown where it is awaited; until then nobody listens.
  cancelling.catch(() => undefined);
  const ended = await follow(asking, generated, totalMs);
  ending.abort();
  await cancelling;
  if (ended && planned.retried && generated.document?.status !== 'complete') {
    await throughOutages((again) => retry(asking, planned.id, again));
    await follow(asking, generated, asking.totalMs);
  }
  return generated;
}

function requestOf(planned: PlannedGeneration, prompt: string, totalMs: number): object {
  const { id, model, fallbackModels, fate } = planned;
  const maxTokens = 'maxTokens' in fate ? fate.maxTokens : AMPLE_TOKENS;
  return {
    id,
    message: { model, max_tokens: maxTokens, messages: [{ role: 'user', content: prompt }] },
    fallbackModels: [...fallbackModels],
    limits: {
      connectMs: STALL_AFTER_MS,
      firstTokenMs: STALL_AFTER_MS,
      thinkingMs: STALL_AFTER_MS,
      interTokenMs: STALL_AFTER_MS,
      totalMs,
    },
    maxAttempts: fate.kind === 'few_attempts' ? fate.maxAttempts : AMPLE_ATTEMPTS,
    ...(fate.kind === 'token_parts' ? { maxTotalTokens: fate.maxTotalTokens } : {}),
  };
}

/** Unless it ends before. */
async function cancelAfter(
  client: ThroughlineClient,
  id: string,
  afterMs: number,
  ended: AbortSignal,
): Promise<void> {
  const isDue = await sleep(afterMs, true, { signal: ended }).catch(() => false);
  if (isDue) await throughOutages(() => client.cancel(id));
}

/** With everything it may have been short of before. */
async function retry({ client, totalMs }: Asking, id: string, again: boolean): Promise<void> {
  try {
    await client.retry(id, { limits: { totalMs }, maxAttempts: AMPLE_ATTEMPTS });
  } catch (error) {
    // The try before was accepted, and its answer lost: the generation runs, or has ended again.
    if (!again || !(error instanceof RefusedError)) throw error;
  }
}

/** False: it is stuck. */
async function follow(asking: Asking, generated: Generated, totalMs: number): Promise<boolean> {
  const { client, accidents } = asking;
  const { id } = generated.planned;
  const { raw } = await throughOutages(() => client.temporal.workflow.getHandle(id).describe());
  const enqueuedAt = millisecondsOf(raw.workflowExecutionInfo?.startTime);
  const run: RunFact = { enqueuedAt, endedAt: null, totalMs };
  generated.runs.push(run);

  let ended: ResultDocument | null = null;
  let failure: unknown = null;
  const waiting = client.result(id).then(
    (document) => (ended = document),
    (error: unknown) => (failure = error),
  );
  while (ended === null && failure === null && Date.now() < stuckAt(enqueuedAt + totalMs, accidents)) {
    await Promise.race([waiting, sleep(POLL_MS)]);
  }
  if (failure !== null) throw failure;
  generated.document = ended ?? (await throughOutages(() => client.read(id)));
  const { endedAt } = generated.document;
  run.endedAt = endedAt === null ? null : Date.parse(endedAt);
  await noteStarts(client, generated);
  return run.endedAt !== null;
}

function stuckAt(budgetEnd: number, accidents: readonly AccidentFact[]): number {
  const outages = accidents.filter(({ kind }) => kind === 'server_restarted');
  const away = outages.filter(({ until }) => until === null || until > budgetEnd);
  const back = away.map(({ until }) => until ?? Number.POSITIVE_INFINITY);
  return Math.max(budgetEnd, ...back) + STUCK_AFTER_MS;
}

/** The history names the worker of each attempt; those of earlier runs have been noted before. */
async function noteStarts(
  client: ThroughlineClient,
  { planned, document, starts }: Generated,
): Promise<void> {
  const handle = client.temporal.workflow.getHandle(planned.id);
  const { events = [] } = await throughOutages(() => handle.fetchHistory());
  const scheduled = (events ?? []).flatMap((event) => {
    const type = event.activityTaskScheduledEventAttributes?.activityType?.name;
    return type === 'streamMessage' ? [String(event.eventId)] : [];
  });
  const carried = (document?.attempts.length ?? 0) - scheduled.length;
  for (const { activityTaskStartedEventAttributes: started, eventTime } of events ?? []) {
    const index = scheduled.indexOf(String(started?.scheduledEventId));
    if (index === -1) continue;
    const pid = Number.parseInt(started?.identity ?? '', 10);
    starts.set(carried + index + 1, { pid, at: millisecondsOf(eventTime) });
  }
}
