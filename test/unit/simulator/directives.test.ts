import { afterEach, describe, expect, it } from 'vitest';
import { BEHAVIOURS } from '../../../src/simulator/behaviours.ts';
import { readDirectives } from '../../../src/simulator/directives.ts';
import type { Simulator } from '../../../src/simulator/server.ts';
import { TEXT_KINDS } from '../../../src/simulator/texts/kinds.ts';
import { assistant, goOn, simulate, stopSimulators, talk, user } from './talk.ts';
import type { Reply } from './talk.ts';

afterEach(stopSimulators);

const read = (prompt: string, divergent = false): object => readDirectives(prompt, { divergent });

describe('a prompt asks', () => {
  it('for nothing without brackets, and for all it names in them', () => {
    expect(read('Write [a poem] of text: poetry')).toEqual({ problems: [] });
    expect(read('A. [text: poetry] [answers: empty,direct , echo] [cut:12]\n[characters: 3]')).toEqual({
      textKind: 'poetry',
      answers: ['empty', 'direct', 'echo'],
      cutAfterCharacters: 12,
      problems: [],
    });
  });

  it('for every kind and every behaviour there is', () => {
    for (const kind of TEXT_KINDS) expect(read(`[text: ${kind}]`)).toMatchObject({ textKind: kind });
    expect(read(`[answers: ${BEHAVIOURS.join(', ')}]`)).toMatchObject({ answers: BEHAVIOURS, problems: [] });
  });

  it('for no other kind in divergent mode, where what the brackets say is ignored', () => {
    expect(read('[text: poetry] [cut: 3]', true)).toEqual({ cutAfterCharacters: 3, problems: [] });
    expect(read('[text: poerty]', true)).toEqual({ problems: [] });
  });

  it('in vain for what is not there: every problem is named', () => {
    expect(read('[text: poem] [answers: echo, ehco] [cut: soon]')).toMatchObject({
      problems: [
        `[text: poem]: "poem" is no kind of text; write one of ${TEXT_KINDS.join(', ')}`,
        `[answers: echo, ehco]: "ehco" is no behaviour; write one of ${BEHAVIOURS.join(', ')}`,
        '[cut: soon]: write a whole number of characters, of seven digits at most',
      ],
    });
    expect(read('[answers:]')).toMatchObject({ problems: [expect.stringContaining('""')] });
  });
});

/** A first request, and then as many questions about its first 100 characters. */
async function ask(simulator: Simulator, prompt: string, questions: number): Promise<string[]> {
  const first = await talk(simulator, [user(prompt)]);
  const partial = first.text.slice(0, first.text.lastIndexOf(' ', 100));
  const messages = [user(prompt), assistant(partial), goOn(partial.slice(-20))];
  for (let number = 0; number < questions; number += 1) await talk(simulator, messages);
  const records = simulator.log.filter(
    ({ conversation }) => conversation === simulator.log.at(-1)?.conversation,
  );
  return records.flatMap(({ behaviour }) => behaviour ?? []);
}

const errorOf = (reply: Reply): unknown => JSON.parse(reply.bytes.toString('utf8'));

describe('a simulator', () => {
  it('writes the kind the profile says, and another where a prompt asks', async () => {
    const simulator = await simulate({ textKind: 'json_like' });
    expect((await talk(simulator, [user('Hi')])).text).toMatch(/^\{\n/);
    const poem = await talk(simulator, [user('Hi [text: poetry]')]);
    expect(poem.text).toMatch(/^# .+\n\n/);
    expect(poem.text).toBe(simulator.truth('Hi [text: poetry]'));
  });

  it.each(TEXT_KINDS)('goes on with a text of the kind %s wherever it was cut', async (kind) => {
    const simulator = await simulate({ characters: 900 });
    const model = 'claude-haiku-4-5';
    const prompt = `Hi [text: ${kind}]`;
    const { text } = await talk(simulator, [user(prompt)]);
    const partial = text.slice(0, 333).trimEnd();
    const { text: rest } = await talk(simulator, [user(prompt), assistant(partial)], { model });
    expect(partial + rest).toBe(text);
    expect(simulator.log.map(({ mismatch }) => mismatch)).toEqual([false, false]);
  });

  it('refuses a directive it does not know with 400, and records the request', async () => {
    const simulator = await simulate();
    const reply = await talk(simulator, [user('[text: poem] [answers: no]')]);
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({
      error: {
        type: 'invalid_request_error',
        message: expect.stringMatching(
          /"poem" is no kind.* prose, markdown, .*"no" is no behaviour.* echo, direct, /,
        ),
      },
    });
    expect(simulator.log).toMatchObject([{ status: 400, ended: 'whole', sentText: '' }]);
  });

  it('in divergent mode writes prose whatever a prompt asks for', async () => {
    const simulator = await simulate({ divergent: true });
    expect((await talk(simulator, [user('[text: json_like]')])).text).toMatch(/^# /);
  });

  it('answers each conversation in the ways its own prompt asks for, the last for good', async () => {
    const simulator = await simulate({ continuation: 'useless' });
    expect(await ask(simulator, 'One [answers: empty, direct]', 3)).toEqual(['empty', 'direct', 'direct']);
    expect(await ask(simulator, 'Two [answers: ellipsis]', 2)).toEqual(['ellipsis', 'ellipsis']);
    expect(await ask(simulator, 'Three', 1)).toEqual(['useless']);
  });

  it('repeats the question itself where that is asked for', async () => {
    const simulator = await simulate();
    await ask(simulator, 'Hi [answers: question_back]', 1);
    expect(simulator.log[1]?.sentText).toMatch(/^You were interrupted\.\n\n/);
    expect(simulator.truth('Hi [answers: question_back]')).toContain(simulator.log[1]?.continuation);
  });

  it('logs a fenced continuation without its fences, even where deltas cross them', async () => {
    for (const charactersPerDelta of [1, 7, 100_000]) {
      const simulator = await simulate({ charactersPerDelta, continuation: 'echo_fenced' });
      await ask(simulator, 'Hi', 1);
      const { sentText = '', continuation = '', partial = '', anchor } = simulator.log[1] ?? {};
      expect(sentText).toBe(`\`\`\`text\n${anchor}${continuation}\n\`\`\``);
      expect(partial + continuation).toBe(simulator.truth('Hi'));
      await simulator.close();
    }
  });

  it('resets the first request of a conversation that asks for it, and no other', async () => {
    const simulator = await simulate();
    const prompt = 'Hi [cut: 321]';
    const first = await talk(simulator, [user(prompt)]);
    expect([first.end, first.text.length]).toEqual(['ECONNRESET', 321]);
    expect(simulator.log[0]).toMatchObject({ fault: 'reset', ended: 'fault', sentCharacters: 321 });
    const second = await talk(simulator, [user(prompt)]);
    expect(second.text).toBe(simulator.truth(prompt));
    expect((await talk(simulator, [user('Another')])).end).toBe('ended');
    expect((await talk(simulator, [user('Short [characters: 100] [cut: 5000]')])).end).toBe('ended');
  });

  it('lets a fault of the profile come before the cut, but not one that does not befall the request', async () => {
    const struck = await simulate({ faults: [{ kind: 'eof', attempt: 1, afterCharacters: 50 }] });
    expect((await talk(struck, [user('Hi [cut: 20]')])).text).toHaveLength(50);
    const unharmed = await simulate({ faults: [{ kind: 'eof', attempt: 1, afterCharacters: 50_000 }] });
    expect((await talk(unharmed, [user('Hi [cut: 20]')])).text).toHaveLength(20);
  });
});
