/** Seams through the real workflow where it matters what is on the wire: stop sequences, and turns that were paused. */
import { afterEach, describe, expect, it } from 'vitest';
import * as sse from '../unit/claude/sse.ts';
import { startWire } from '../unit/claude/wire.ts';
import { Stage, bodiesOf, stageWithWorker } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

const HAIKU = 'claude-haiku-4-5';

async function onStage(profile: object): Promise<void> {
  stage = await stageWithWorker(profile);
}
const bodies = () => bodiesOf(stage);

/** What an endpoint answers, request by request; the last for good. */
async function scripted(answers: readonly string[]) {
  let requests = 0;
  const bodiesSent: string[] = [];
  const wire = await startWire(({ respond, send, fin, body }) => {
    bodiesSent.push(body);
    respond();
    const answer = answers[Math.min(requests++, answers.length - 1)] ?? '';
    send(answer);
    if (!answer.includes('message_stop')) fin();
  });
  stage = await Stage.set();
  await stage.worker({ ANTHROPIC_BASE_URL: wire.baseUrl });
  return { wire, bodiesSent };
}

describe('stop sequences', () => {
  it('whose second half comes behind a prefill end the text before their first half', async () => {
    const rest = sse.wholeMessage('#', ' What comes after it', ' is no part of the text.');
    const { wire } = await scripted([sse.opening('The first part of it.\n\n##'), rest]);
    const { id, document } = stage.request({ model: HAIKU });
    const { message, ...others } = document as { message: object };
    await stage.client.enqueue({ ...others, message: { ...message, stop_sequences: ['###'] } });
    const result = await stage.client.result(id);
    expect(result).toMatchObject({
      status: 'complete',
      stopReason: 'stop_sequence',
      text: 'The first part of it.\n\n',
    });
    expect(result.attempts.map(({ keptCharacters }) => keptCharacters)).toEqual([25, 23]);
    await wire.stop();
  });

  it('half of which was received are left to the API, which is asked from before them', async () => {
    const echo = 'The first part of it.';
    const stopped =
      sse.opening(`${echo}\n\n`) +
      sse.blockStop(0) +
      sse.event('message_delta', {
        delta: { stop_reason: 'stop_sequence', stop_sequence: '###' },
        usage: { output_tokens: 9 },
      }) +
      sse.messageStop;
    const { wire, bodiesSent } = await scripted([sse.opening(`${echo}\n\n##`), stopped]);
    const { id, document } = stage.request();
    const { message, ...others } = document as { message: object };
    await stage.client.enqueue({ ...others, message: { ...message, stop_sequences: ['###'] } });
    const result = await stage.client.result(id);
    expect(bodiesSent[1]).not.toContain('##"}');
    expect(result.status, JSON.stringify(result.attempts)).toBe('complete');
    expect(result.text).toBe(`${echo}\n\n`);
    await wire.stop();
  });
});

describe('a turn that a server tool paused', () => {
  const withTool = (document: object): object => {
    const { message, ...rest } = document as { message: object };
    return { ...rest, message: { ...message, tools: [{ type: 'web_search_20250305', name: 'web_search' }] } };
  };

  it('is sent back as it came, whatever the model, and goes on exactly', async () => {
    await onStage({
      characters: 4_000,
      serverTool: true,
      stopReason: 'pause_turn',
      stopAfterCharacters: 1_000,
    });
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(withTool(document));
    const result = await stage.client.result(id);
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    const last = bodies()[1]?.messages.at(-1);
    expect(last?.role).toBe('assistant');
    expect(Array.isArray(last?.content) && last.content.map(({ type }) => type)).toEqual([
      'server_tool_use',
      'web_search_tool_result',
      'text',
    ]);
  });

  it('without a tool call in it is continued like a cut text', async () => {
    await onStage({ characters: 4_000, stopReason: 'pause_turn', stopAfterCharacters: 1_000 });
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(withTool(document));
    const result = await stage.client.result(id);
    expect(result.text).toBe(stage.simulator.truth(prompt));
    expect(bodies()[1]?.messages.at(-1)?.role).toBe('user');
  });

  it('before it says as much as was kept joins nothing behind what was kept', async () => {
    const search = (index: number): string =>
      sse.block(index, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} });
    const pause = sse.messageDelta('pause_turn') + sse.messageStop;
    const { wire } = await scripted([
      sse.opening('The market for heat pumps is growing.'),
      sse.messageStart +
        sse.block(0, { type: 'text', text: '' }, sse.text(0, 'Let me look.')) +
        search(1) +
        pause,
      sse.wholeMessage('Sales of heat pumps fell in 2024, as the first quarter had shown already.'),
    ]);
    const { id, document } = stage.request({ resume: 'restart' });
    await stage.client.enqueue(withTool(document));
    const result = await stage.client.result(id);
    expect(result.text).toBe('Sales of heat pumps fell in 2024, as the first quarter had shown already.');
    await wire.stop();
  });

  it('that dies after it went on is continued from its text', async () => {
    await onStage({
      characters: 6_000,
      serverTool: true,
      stopReason: 'pause_turn',
      stopAfterCharacters: 1_000,
      faults: [{ attempt: 2, afterCharacters: 1_500, kind: 'reset' }],
    });
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(withTool(document));
    const result = await stage.client.result(id);
    expect(result.text).toBe(stage.simulator.truth(prompt));
    expect(result.attempts.map(({ resume }) => resume)).toEqual(['none', 'prefill', 'continuation']);
  });
});
