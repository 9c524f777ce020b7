/**
 * How do real models answer the question to go on? For each model one text is written, cut at seeded places, and
 * continued from each cut; what the joiner made of each answer is counted.
 *
 * npm run test:live -- --models claude-sonnet-5-5,claude-haiku-4-5 --cuts 8 --seed 1
 *
 * Needs ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN, and costs what it prints first. An answer is read for a few words
 * behind the seam and no further.
 */
import { parseArgs } from 'node:util';
import { AttemptText } from '../../src/activities/attemptText.ts';
import { prepareAttempt } from '../../src/activities/prepareAttempt.ts';
import { createClaudeClient } from '../../src/claude/client.ts';
import { watchStream } from '../../src/claude/watchedStream.ts';
import type { StreamEnd } from '../../src/claude/watchedStream.ts';
import { hasCredentials, readWorkerConfig } from '../../src/config.ts';
import type { GenerationRequest, MessageRequest } from '../../src/generation/request.ts';
import { DEFAULT_LIMITS } from '../../src/generation/request.ts';
import { rungAfter } from '../../src/generation/resume/ladder.ts';
import { runTogether } from '../../src/generation/seam/characters.ts';
import { createRandom } from '../../src/simulator/random.ts';

const PROMPT =
  'Write an article of about 400 words on how lighthouses were lit before electricity. Use two headings and one list.';
const TEXT_TOKENS = 900;
const ANSWER_TOKENS = 400;
/** So many characters behind the seam are enough to judge it. */
const ENOUGH_CHARACTERS = 120;
/** An assumption, stated with the estimate: prices change, and differ by model. */
const DOLLARS_PER_MILLION = { input: 5, output: 25 };

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'claude-sonnet-5-5,claude-haiku-4-5' },
    cuts: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
  },
});
const models = values.models.split(',').map((model) => model.trim());
const cuts = Number(values.cuts);
if (!Number.isInteger(cuts) || cuts < 1) {
  console.error(`--cuts is "${values.cuts}": give a whole number of 1 or more.`);
  process.exit(2);
}
const config = readWorkerConfig();
if (!hasCredentials(config)) {
  console.log('test:live is skipped: neither ANTHROPIC_API_KEY nor ANTHROPIC_AUTH_TOKEN is set.');
  process.exit(0);
}
const claude = createClaudeClient(config.credentials);

function request(model: string, maxTokens: number): GenerationRequest {
  return {
    id: 'live',
    message: { model, max_tokens: maxTokens, messages: [{ role: 'user', content: PROMPT }] },
    fallbackModels: [],
    limits: DEFAULT_LIMITS,
    resume: 'continuation',
    allowRestart: false,
    maxAttempts: 1,
    maxTotalTokens: null,
    continuationPrompt: null,
  };
}

async function read(message: MessageRequest, onText: (text: string) => 'go_on' | 'stop'): Promise<StreamEnd> {
  const { signal } = new AbortController();
  return watchStream({ client: claude, message, limits: DEFAULT_LIMITS, signal, onText }).ended;
}

async function writeText(model: string): Promise<string> {
  let text = '';
  const end = await read(request(model, TEXT_TOKENS).message, (delta) => {
    text += delta;
    return 'go_on';
  });
  if (end.kind !== 'message_end') throw new Error(`${model} wrote no text: ${JSON.stringify(end)}`);
  return text;
}

interface Judged {
  verdict: string;
  /** What is wrong with the words at the seam, as far as a program can tell. */
  fault: string | null;
}

async function continueFrom(model: string, partial: string): Promise<Judged> {
  const asked = request(model, ANSWER_TOKENS);
  const left = { ofPart: ANSWER_TOKENS, ofTotal: null };
  const plan = { number: 2, model, pausedTurn: false, keptCharacters: partial.length, left };
  const prepared = prepareAttempt(
    asked,
    partial,
    { ...plan, resume: 'continuation', rung: rungAfter(0) },
    'continuation',
  );
  const text = AttemptText.behind(prepared, partial);
  const end = await read(prepared.message, (delta) => {
    const verdict = text.receive(delta);
    return text.newText.length >= ENOUGH_CHARACTERS ? 'stop' : verdict;
  });
  if (end.kind === 'message_end') text.end(end);
  else if (end.kind !== 'aborted') return { verdict: `failed: ${end.kind}`, fault: null };
  if (text.rejection !== null) return { verdict: `rejected: ${text.rejection}`, fault: null };
  const seam = text.seam;
  const verdict = seam === null ? 'nothing joined' : `${seam.kind}, ${seam.evidence}`;
  return { verdict, fault: faultAt(partial.slice(0, prepared.cut.base), text.newText) };
}

function faultAt(before: string, after: string): string | null {
  if (after === '') return null;
  if (runTogether(before, after)) return 'words run together';
  const last = /\S+$/.exec(before)?.[0];
  const first = /^\s*(\S+)/.exec(after)?.[1];
  return last !== undefined && last === first ? 'a word twice' : null;
}

const perModel = { input: 60 + cuts * (TEXT_TOKENS / 2 + 250), output: TEXT_TOKENS + cuts * 120 };
const dollars =
  (models.length *
    (perModel.input * DOLLARS_PER_MILLION.input + perModel.output * DOLLARS_PER_MILLION.output)) /
  1e6;
console.log(
  `About ${Math.round(models.length * perModel.input)} tokens in and ${Math.round(models.length * perModel.output)} out: ` +
    `some $${dollars.toFixed(2)} at $${DOLLARS_PER_MILLION.input} and $${DOLLARS_PER_MILLION.output} a million (an assumption), ` +
    `${models.length * (cuts + 1)} requests.`,
);
for (const model of models) {
  const text = await writeText(model);
  const random = createRandom(`${values.seed}/${model}`);
  const verdicts = new Map<string, number>();
  const faults = new Map<string, number>();
  for (let index = 0; index < cuts; index += 1) {
    const at = 40 + random.below(Math.max(1, text.length - 40));
    const { verdict, fault } = await continueFrom(model, text.slice(0, at));
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    if (fault !== null) faults.set(fault, (faults.get(fault) ?? 0) + 1);
  }
  console.log(`\n${model}: ${cuts} cuts of ${text.length} characters`);
  for (const [verdict, count] of verdicts) console.log(`  ${String(count).padStart(4)}  ${verdict}`);
  for (const [fault, count] of faults)
    console.log(`  ${String(count).padStart(4)}  of them with ${fault} at the seam`);
}
