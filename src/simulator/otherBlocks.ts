/** Content blocks that are no text: thinking, a server's web search, a client tool. Pure. */
import { blockDelta, blockStart, blockStop } from './frames.ts';
import type { Settings } from './profile.ts';
import { send } from './steps.ts';
import type { Step } from './steps.ts';
import { writeText } from './text.ts';

export interface Thinking {
  durationMs: number;
  display: 'omitted' | 'summarized';
  everyMs: number;
  charactersPerStep: number;
  /** What it is billed as, shown or not. */
  characters: number;
}

export function planThinking(
  thinking: NonNullable<Settings['thinking']>,
  { charactersPerDelta }: Pick<Settings, 'charactersPerDelta'>,
): Thinking {
  const steps = Math.max(1, Math.floor(thinking.durationMs / thinking.everyMs));
  return { ...thinking, charactersPerStep: charactersPerDelta, characters: steps * charactersPerDelta };
}

export function* thinkingSteps(index: number, thinking: Thinking): Generator<Step> {
  yield send(blockStart(index, { type: 'thinking', thinking: '', signature: '' }));
  if (thinking.display === 'omitted') {
    yield send(blockDelta(index, { type: 'thinking_delta', thinking: '' }));
    yield { kind: 'wait', ms: thinking.durationMs };
  } else {
    const { characters, charactersPerStep } = thinking;
    const thought = writeText('thinking', characters).padEnd(characters, '.').slice(0, characters);
    const pause = thinking.durationMs / (characters / charactersPerStep);
    for (let start = 0; start < characters; start += charactersPerStep) {
      const piece = thought.slice(start, start + charactersPerStep);
      yield send(blockDelta(index, { type: 'thinking_delta', thinking: piece }));
      yield { kind: 'wait', ms: pause };
    }
  }
  yield send(blockDelta(index, { type: 'signature_delta', signature: 'c2ltdWxhdGVkLXNpZ25hdHVyZQ==' }));
  yield send(blockStop(index));
}

/** Two blocks: the search, and what it found. */
export function* webSearchSteps(index: number): Generator<Step> {
  const id = 'srvtoolu_simulated';
  yield send(blockStart(index, { type: 'server_tool_use', id, name: 'web_search', input: {} }));
  yield* inputSteps(index, ['', '{"query": "lan', 'terns by the river"}']);
  const found = {
    type: 'web_search_result',
    title: 'Lanterns by the river',
    url: 'https://example.com/lanterns',
    encrypted_content: 'c2ltdWxhdGVk',
    page_age: null,
  };
  yield send(blockStart(index + 1, { type: 'web_search_tool_result', tool_use_id: id, content: [found] }));
  yield send(blockStop(index + 1));
}

export function* toolUseSteps(index: number): Generator<Step> {
  yield send(blockStart(index, { type: 'tool_use', id: 'toolu_simulated', name: 'look_up', input: {} }));
  yield* inputSteps(index, ['', '{"word": "lan', 'tern"}']);
}

function* inputSteps(index: number, pieces: readonly string[]): Generator<Step> {
  for (const piece of pieces) {
    yield send(blockDelta(index, { type: 'input_json_delta', partial_json: piece }));
  }
  yield send(blockStop(index));
}
