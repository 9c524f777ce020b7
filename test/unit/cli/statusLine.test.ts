import { expect, test } from 'vitest';
import { createBatchProgress } from '../../../src/cli/batchProgress.ts';
import type { StatusView } from '../../../src/cli/statusLine.ts';
import { createStatusLine, formatStatus, viewOf } from '../../../src/cli/statusLine.ts';
import { createTextOutput } from '../../../src/cli/textOutput.ts';

const view: StatusView = {
  status: 'running',
  attempt: 2,
  phase: 'inter_token',
  characters: 8_100,
  sinceContentMs: 3_900,
  budgetLeftMs: 1_655_000,
};

function terminal(isTTY: boolean): {
  isTTY: boolean;
  columns: number;
  written: string;
  write(text: string): void;
} {
  return {
    isTTY,
    columns: 40,
    written: '',
    write(text) {
      this.written += text;
    },
  };
}

test('a status line says status, attempt, phase, characters, silence and budget', () => {
  expect(formatStatus(view)).toBe(
    'running · attempt 2 · inter_token · 8,100 characters · 3 s since content · 27:35 left',
  );
});

test('what is not known is left out', () => {
  const queued: StatusView = {
    ...view,
    status: 'queued',
    attempt: null,
    phase: null,
    characters: 0,
    sinceContentMs: null,
    budgetLeftMs: null,
  };
  expect(formatStatus(queued)).toBe('queued · 0 characters');
});

test('a view reckons silence and budget from now, and no silence is negative', () => {
  const live = { number: 1, phase: 'thinking', lastContentAt: 10_500 } as const;
  const progress = { document: { status: 'running', text: 'abc' }, live, budgetEndsAt: 15_000 } as const;
  expect(viewOf(progress, 12_000)).toEqual({
    status: 'running',
    attempt: 1,
    phase: 'thinking',
    characters: 3,
    sinceContentMs: 1_500,
    budgetLeftMs: 3_000,
  });
  expect(viewOf(progress, 10_000).sinceContentMs).toBe(0);
});

test('elsewhere than on a terminal, a line comes only when status, attempt or phase change, or after 10 s', () => {
  const stream = terminal(false);
  let now = 0;
  const line = createStatusLine(stream, { belowText: false, now: () => now });
  line.show(view);
  now = 9_999;
  line.show({ ...view, characters: 9_000 });
  line.show({ ...view, attempt: 3 });
  line.show({ ...view, attempt: 3, phase: 'connect' });
  now = 19_998;
  line.show({ ...view, attempt: 3, phase: 'connect' });
  now = 19_999;
  line.show({ ...view, attempt: 3, phase: 'connect', characters: 9_500 });
  line.clear();
  expect(stream.written.split('\n').map((text) => /attempt \d · \w+ · [\d,]+/.exec(text)?.[0])).toEqual([
    'attempt 2 · inter_token · 8,100',
    'attempt 3 · inter_token · 8,100',
    'attempt 3 · connect · 8,100',
    'attempt 3 · connect · 9,500',
    undefined,
  ]);
  expect(stream.written).not.toContain('\u001b');
});

test('an outage is said once, not at each try', () => {
  const stream = terminal(false);
  const line = createStatusLine(stream, { belowText: false, now: () => 0 });
  line.unreachable('14 UNAVAILABLE: refused\n  at somewhere');
  line.unreachable('4 DEADLINE_EXCEEDED');
  expect(stream.written).toBe('Temporal is out of reach (14 UNAVAILABLE: refused); still trying\n');
});

test('on a terminal one line is redrawn, never wider than the terminal, and cleared at the end', () => {
  const stream = terminal(true);
  const line = createStatusLine(stream, { belowText: false, now: () => 0 });
  line.clear();
  expect(stream.written).toBe('');
  line.show(view);
  expect(stream.written).toBe('\r\u001b[2Krunning · attempt 2 · inter_token · 8,1');
  line.clear();
  expect(stream.written.endsWith('\r\u001b[2K')).toBe(true);
});

test('below a text on the same terminal, the cursor goes back to where the text ends', () => {
  const stream = { ...terminal(true), columns: 100 };
  createStatusLine(stream, { belowText: true, now: () => 0 }).show({ ...view, budgetLeftMs: null });
  expect(stream.written.replace(/running.*s since content/, 'STATUS')).toBe(
    '\u001bD\u001b[A\u001b7\u001b[B\r\u001b[2KSTATUS\u001b8',
  );
});

async function printed(isTTY: boolean, ...pieces: string[]): Promise<string> {
  let all = '';
  const output = createTextOutput({
    isTTY,
    write(text, written) {
      all += text;
      written();
      return true;
    },
  });
  for (const piece of pieces) await output.write(piece);
  await output.endLine();
  await output.endLine();
  return all;
}

test('a line end is added on a terminal alone, and only to a text that has none', async () => {
  expect(await printed(true, 'a', 'b')).toBe('ab\n');
  expect(await printed(true, 'ab\n')).toBe('ab\n');
  expect(await printed(true)).toBe('');
  expect(await printed(false, 'a', 'b')).toBe('ab');
});

test('a batch says each end in a line, and how it stands at the last', () => {
  const stream = terminal(false);
  const progress = createBatchProgress(stream, 3, () => 0);
  for (let index = 0; index < 3; index++) progress.started();
  progress.ended(true, 'a: complete');
  progress.ended(false, 'b: failed');
  progress.unreachable('refused');
  progress.unreachable('refused');
  progress.end();
  expect(stream.written).toBe(
    'a: complete\nb: failed\nTemporal is out of reach (refused); still trying\n1 of 3 complete, 1 not, 1 under way\n',
  );
  expect(progress.complete()).toBe(1);
});
