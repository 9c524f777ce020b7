/**
 * Every way a model may answer × kinds of text × places of the cut, on a model that refuses prefill: what becomes of
 * the text, through the real workflow.
 *
 * The suite runs a few cuts of each; `npm run seams` runs twenty, and prints the table.
 */
import { afterEach, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/client/index.ts';
import type { RequestRecord } from '../../src/simulator/log.ts';
import { Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

const KINDS = ['prose', 'markdown', 'code', 'table', 'japanese', 'poetry'];
const CHARACTERS = 1_500;
const PLACES = 20;
const CUTS = Number(process.env['SEAM_CUTS'] ?? 1);
const AT_ONCE = 40;

/** By what the model does the place where the text goes on is known. */
const GOES_ON = [
  'echo',
  'preamble',
  'echo_quoted',
  'echo_bold',
  'echo_tagged',
  'echo_fenced',
  'echo_line_quoted',
  'echo_longer',
  'echo_partial',
  'echo_typo',
  'echo_curly',
  'ellipsis',
  'direct',
  'preamble_direct',
  'question_back',
];
/** No continuation. */
const USELESS = ['restart', 'empty', 'useless', 'apology', 'summary'];
/** The text worded anew: told by its heading where it has one to tell by, else joined unverified the second time. */
const REWORDS = ['heading_restart'];
/** The model says that nothing is missing. */
const SAYS_WHOLE = ['echo_then_end'];

interface Run {
  behaviour: string;
  kind: string;
  cut: number;
  result: ResultDocument;
  truth: string;
  requests: readonly RequestRecord[];
}

async function run(behaviour: string, kind: string, place: number): Promise<Run> {
  const cut = Math.round(((place + 0.5) * CHARACTERS) / PLACES) - (place % 3);
  const prompt = `[text: ${kind}] [answers: ${behaviour}] [cut: ${cut}] Text ${place}: ${behaviour}, ${kind}.`;
  const { result, truth } = await stage.generate({ prompt, limits: { totalMs: 300_000 } });
  const [first] = stage.simulator.log.filter(({ body }) => JSON.stringify(body).includes(prompt));
  const requests = stage.simulator.log.filter(({ conversation }) => conversation === first?.conversation);
  return { behaviour, kind, cut, result, truth, requests };
}

async function runAll(behaviours: readonly string[]): Promise<Run[]> {
  const tasks = behaviours.flatMap((behaviour, row) =>
    KINDS.flatMap((kind, column) =>
      Array.from({ length: CUTS }, (_, index) => {
        // In the suite another place for each pair; over all of them it is every place.
        const place =
          (index * Math.ceil(PLACES / CUTS) + (CUTS < PLACES ? 7 * row + 3 * column : 0)) % PLACES;
        return () => run(behaviour, kind, place);
      }),
    ),
  );
  const runs: Run[] = [];
  const next = async (): Promise<void> => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) runs.push(await task());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return runs;
}

/** Whether all that the model went on with is there, whatever else is. */
function holdsAllThatWasSaid({ result, requests }: Run): boolean {
  const said = requests.at(-1)?.continuation.trim() ?? '';
  return result.text.trimEnd().endsWith(said.trimEnd());
}

function becameOf(of: Run): string {
  const { result, truth } = of;
  if (result.text === truth) return result.status === 'complete' ? 'exact' : `${result.status}, whole`;
  if (truth.startsWith(result.text)) return `${result.status}, kept`;
  return holdsAllThatWasSaid(of) && !result.verified ? `${result.status}, repeats, unverified` : 'WRONG';
}

it('goes on exactly where the answer tells from where, and never takes anything else for the text', async () => {
  stage = await Stage.set({
    profile: { characters: CHARACTERS, deltasPerSecond: 0, charactersPerDelta: 40, logBodies: true },
    environment: { THROUGHLINE_HEARTBEAT_MS: '1000', THROUGHLINE_WORKER_LOST_MS: '10000' },
  });
  await stage.worker();
  const table = new Map<string, number>();
  const wrong: unknown[] = [];
  for (const of of await runAll([...GOES_ON, ...USELESS, ...REWORDS, ...SAYS_WHOLE])) {
    const { behaviour, kind, cut, result, requests } = of;
    const became = becameOf(of);
    const seam = result.attempts.at(-1)?.seam;
    const row = `${behaviour} | ${became} | ${seam === null || seam === undefined ? '' : `${seam.kind}, ${seam.evidence}`}`;
    table.set(row, (table.get(row) ?? 0) + 1);
    const keptFirst = requests[0]?.sentText ?? '';
    const nothingLost = result.text.startsWith(keptFirst.slice(0, cut)) || became === 'exact';
    const right = REWORDS.includes(behaviour)
      ? !result.verified || result.status !== 'complete' || became === 'exact'
      : GOES_ON.includes(behaviour)
        ? ['exact', 'failed, whole', 'complete, repeats, unverified'].includes(became)
        : SAYS_WHOLE.includes(behaviour)
          ? ['exact', 'failed, kept', 'failed, whole', 'complete, kept'].includes(became)
          : ['exact', 'failed, kept', 'failed, whole'].includes(became);
    if (!right || (!nothingLost && result.status !== 'complete')) {
      wrong.push({
        behaviour,
        kind,
        cut,
        became,
        attempts: result.attempts.map((a) => [a.outcome, a.error?.message, a.seam]),
      });
    }
  }
  if (CUTS > 1)
    console.log(
      [...table]
        .toSorted(([one], [other]) => one.localeCompare(other))
        .map(([row, count]) => `${row} | ${count}`)
        .join('\n'),
    );
  expect(wrong).toEqual([]);
}, 900_000);
