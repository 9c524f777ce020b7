/** One generation, followed live; a worker is killed in its middle; each turn is narrated. */
import type { AttemptRecord, LiveAttempt, ResultDocument } from '../../client/index.ts';
import type { ChildProgram } from './childProgram.ts';
import { causeOf, count } from './ledgerTable.ts';
import type { Narrator } from './narrator.ts';
import type { Scenario } from './scenario.ts';
import { isIdentityOf } from './stage.ts';
import type { Stage } from './stage.ts';

const POLL_MS = 200;

export async function demonstrate(
  stage: Stage,
  id: string,
  scenario: Scenario,
  narrator: Narrator,
): Promise<ResultDocument> {
  const { client, workers, uiUrl } = stage;
  await client.enqueue({ id, ...scenario.request });
  narrator.say(`Generation ${id} is enqueued. Watch it: ${uiUrl}/namespaces/default/workflows/${id}`);

  let narrated = 0;
  let running = 0;
  let killed: ChildProgram | null = null;
  const sayEnded = (attempts: readonly AttemptRecord[]): void => {
    for (; narrated < attempts.length; narrated++) {
      const attempt = attempts[narrated];
      if (attempt !== undefined) narrator.say(endOf(attempt));
    }
  };

  const following = client.follow(id, { pollMs: POLL_MS });
  for (;;) {
    const step = await following.next();
    if (step.done) {
      sayEnded(step.value.attempts);
      return step.value;
    }
    const event = step.value;
    if (event.kind === 'text') narrator.text(event.text);
    if (event.kind === 'unreachable')
      narrator.say(`Temporal does not answer (${event.message}); trying again.`);
    if (event.kind !== 'progress') continue;

    const { document, live } = event;
    sayEnded(document.attempts);
    // A phase is known once a worker is at it.
    if (live === null || live.phase === null) continue;
    if (live.number !== running) {
      running = live.number;
      const worker = await workerOf(stage, id);
      narrator.say(startOf(live, document, worker));
    }
    if (killed === null && isTimeToKill(live, document, scenario.kill)) {
      killed = await workerOf(stage, id);
      if (killed === null) continue;
      killed.kill();
      const other = workers.find((worker) => worker !== killed);
      narrator.say(
        `SIGKILL to ${killed.name}, in the middle of attempt ${live.number}. ${other?.name ?? 'Nobody'} is left.`,
      );
    }
  }
}

function isTimeToKill(
  live: LiveAttempt,
  { text, attempts }: ResultDocument,
  kill: Scenario['kill'],
): boolean {
  const before = attempts.at(-1)?.keptCharacters ?? 0;
  return live.number === kill.attempt && text.length >= before + kill.afterCharacters;
}

/** The worker that has the attempt under way, by the server's word: either may have taken it. */
async function workerOf({ client, workers }: Stage, id: string): Promise<ChildProgram | null> {
  const { raw } = await client.temporal.workflow.getHandle(id).describe();
  const identity = raw.pendingActivities?.[0]?.lastWorkerIdentity ?? '';
  return workers.find((worker) => isIdentityOf(identity, worker)) ?? null;
}

function startOf(live: LiveAttempt, { attempts }: ResultDocument, worker: ChildProgram | null): string {
  const kept = attempts.at(-1)?.keptCharacters ?? 0;
  const from = kept === 0 ? 'from the beginning' : `going on after ${count(kept)} characters`;
  return `Attempt ${live.number} streams on ${worker?.name ?? 'a worker'}, ${from}.`;
}

function endOf(attempt: AttemptRecord): string {
  const cause = causeOf(attempt);
  return (
    `Attempt ${attempt.number} ended: ${attempt.outcome}${cause === '' ? '' : ` (${cause})`}. ` +
    `${count(attempt.keptCharacters)} characters are kept.`
  );
}
