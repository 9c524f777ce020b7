/**
 * The corpus of seams: cut texts, replies to them, and what the text must read then. Data, so that a pair somebody met
 * can be added without code. Its form is described in test/corpus/seams/README.md.
 */
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Asked } from './joining.ts';
import { joinReply, prepared } from './joining.ts';

interface Case extends Asked {
  name: string;
  behaviour: string;
  reply: string;
  stop?: string;
  stopSequence?: string;
  expected: string | string[] | { rejected: true } | { incomplete: string };
  seam?: string;
  verified?: boolean;
  why: string;
}

const FOLDER = fileURLToPath(new URL('../../corpus/seams', import.meta.url));
const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json')).toSorted();
const corpus = await Promise.all(
  files.map(
    async (file) =>
      JSON.parse(await readFile(`${FOLDER}/${file}`, 'utf8')) as { kind: string; cases: Case[] },
  ),
);

/** The reply in words: its placeholders are what Throughline asked for. */
function replyOf(of: Case): string {
  const { anchor, cutText } = prepared(of);
  const middle = Math.floor(anchor.length / 2);
  const half = anchor.slice(/^[\udc00-\udfff]/.test(anchor.charAt(middle)) ? middle + 1 : middle);
  const last = /\S+$/.exec(anchor)?.[0] ?? '';
  const words = new Map([
    ['{anchor}', anchor],
    ['{anchor.half}', half],
    ['{anchor.last}', last],
    ['{partial}', cutText],
  ]);
  return of.reply.replace(
    /\{(?:anchor(?:\.half|\.last)?|partial)\}/g,
    (placeholder) => words.get(placeholder) ?? '',
  );
}

function check(of: Case, deltas: readonly string[]): void {
  const ending = { stopReason: of.stop ?? 'end_turn', stopSequence: of.stopSequence ?? null };
  const outcome = joinReply(of, deltas, ending);
  expect(outcome.takenBack, 'a follower was shown what was taken away').toBe(false);
  if (typeof of.expected === 'object' && 'rejected' in of.expected) {
    expect(outcome.text).toBe(of.partial);
    expect(outcome.rejection).not.toBeNull();
    return;
  }
  if (typeof of.expected === 'object' && 'incomplete' in of.expected) {
    expect(outcome.text).toBe(of.expected.incomplete);
    expect(outcome.rejection).toBeNull();
    return;
  }
  expect(outcome.rejection).toBeNull();
  if (typeof of.expected === 'string') expect(outcome.text).toBe(of.expected);
  else expect(of.expected).toContain(outcome.text);
  if (of.seam !== undefined) expect(outcome.seam?.kind).toBe(of.seam);
  if (of.verified !== undefined) expect(outcome.seam?.verified).toBe(of.verified);
}

describe.each(corpus)('seams of $kind', ({ cases }) => {
  it.each(cases)('$name', (of) => {
    const reply = replyOf(of);
    check(of, [reply]);
    check(of, reply.match(/[\s\S]{1,7}/g) ?? []);
  });
});

it('the corpus has at least 120 cases, each with a name of its own', () => {
  const names = corpus.flatMap(({ kind, cases }) => cases.map(({ name }) => `${kind}: ${name}`));
  expect(names.length).toBeGreaterThanOrEqual(120);
  expect(new Set(names).size).toBe(names.length);
});
