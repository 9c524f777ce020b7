/** Whether a generation's text is what was said: all of it where it is complete, a beginning of it elsewhere. Pure. */
import { chainsOf } from '../../src/simulator/log.ts';
import type { RequestRecord } from '../../src/simulator/log.ts';
import type { Finding, GenerationFacts } from './facts.ts';

/** The simulator may end a text so many characters before the length asked for. */
const TOLERANCE_CHARACTERS = 40;
/** Words of the simulator's hardly ever come twice in this length; where its text has them twice, so may ours. */
const REPETITION_CHARACTERS = 32;

export function judgeText({ document, records, truth, characters, accidents }: GenerationFacts): Finding[] {
  if (document === null) return [];
  const foreign = records.find(({ mismatch }) => mismatch);
  if (foreign !== undefined) {
    return [
      { verdict: 'mixed_up', detail: `request ${foreign.number} continues a text that was never said here` },
    ];
  }
  const { text } = document;
  const chains = chainsOf(records);
  if (document.status !== 'complete') {
    if (text === '' || chains.some((chain) => chain.startsWith(text))) return [];
    return [wrong(text, chains, 'lost')];
  }
  const long = text.length >= characters - TOLERANCE_CHARACTERS;
  // A worker that wakes up late may ask once more when all is over; then the latest chain is that request's.
  const isTruth = text === truth || accidents.some(({ kind }) => kind === 'worker_frozen');
  if (long && isTruth && endsOf(records).includes(text)) return [];
  return [wrong(text, chains, 'falsely_complete')];
}

/** The texts that a client may hold after a reply that came to its own end. */
function endsOf(records: readonly RequestRecord[]): string[] {
  return records.flatMap(({ stopReason, continuation, plannedCharacters }, index) => {
    const isWhole = stopReason === 'end_turn' && continuation.length === plannedCharacters;
    const chain = isWhole ? chainsOf(records.slice(0, index + 1)).at(-1) : undefined;
    return chain === undefined ? [] : [chain];
  });
}

function wrong(text: string, chains: readonly string[], otherwise: 'lost' | 'falsely_complete'): Finding {
  const alike = Math.max(0, ...chains.map((chain) => commonLength(text, chain)));
  const where = `${text.length} characters, as they were said up to character ${alike}`;
  const repetition = repetitionIn(text, chains);
  if (repetition === null) return { verdict: otherwise, detail: where };
  return { verdict: 'duplicated', detail: `${where}; twice there: ${JSON.stringify(repetition)}` };
}

function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** The first piece that a text has more often than any chain has it; null where there is none. */
export function repetitionIn(text: string, chains: readonly string[]): string | null {
  const inChains = chains.map(piecesOf);
  for (const [piece, times] of piecesOf(text)) {
    if (times > 1 && inChains.every((pieces) => (pieces.get(piece) ?? 0) < times)) return piece;
  }
  return null;
}

function piecesOf(text: string): Map<string, number> {
  const pieces = new Map<string, number>();
  for (let start = 0; start + REPETITION_CHARACTERS <= text.length; start += 1) {
    const piece = text.slice(start, start + REPETITION_CHARACTERS);
    pieces.set(piece, (pieces.get(piece) ?? 0) + 1);
  }
  return pieces;
}
