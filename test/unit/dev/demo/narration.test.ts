import { describe, expect, it } from 'vitest';
import { ledgerTable } from '../../../../src/dev/demo/ledgerTable.ts';
import { createNarrator } from '../../../../src/dev/demo/narrator.ts';
import { record as attemptRecord } from '../../generation/builders.ts';

function heard(sameTerminal: boolean) {
  let stdout = '';
  let stderr = '';
  const narrator = createNarrator({
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    sameTerminal,
    elapsedMs: () => 12_345,
  });
  return { narrator, stdout: () => stdout, stderr: () => stderr };
}

describe('the narrator', () => {
  it('writes exactly the text to stdout and the time with each line to stderr', () => {
    const { narrator, stdout, stderr } = heard(false);
    narrator.text('The river');
    narrator.say('A worker is killed.');
    narrator.text(' flows.');
    expect(stdout()).toBe('The river flows.');
    expect(stderr()).toBe('[ 12.3 s] A worker is killed.\n');
  });

  it('begins a line of its own on a terminal that shows the text too, once', () => {
    const { narrator, stderr } = heard(true);
    narrator.text('The river');
    narrator.say('one');
    narrator.say('two');
    narrator.text('flows.\n');
    narrator.say('three');
    expect(stderr()).toBe('\n[ 12.3 s] one\n[ 12.3 s] two\n[ 12.3 s] three\n');
  });
});

describe('the ledger as a table', () => {
  it('has a row for each attempt, with its cause, what was kept, and its seam', () => {
    const table = ledgerTable([
      attemptRecord({
        outcome: 'stalled',
        phase: 'inter_token',
        silence: 'pings_only',
        detectedAfterMs: 3_002,
        keptCharacters: 4_001,
      }),
      attemptRecord({
        number: 2,
        resume: 'continuation',
        outcome: 'worker_lost',
        regeneratedCharacters: null,
      }),
      attemptRecord({
        number: 3,
        resume: 'continuation',
        stopReason: 'end_turn',
        keptCharacters: 12_010,
        regeneratedCharacters: 52,
        seam: { kind: 'anchor', trimmedCharacters: 47, verified: true, evidence: 'echo_at_start' },
      }),
      attemptRecord({
        number: 4,
        outcome: 'api_error',
        error: { kind: 'overloaded_error', message: 'Overloaded' },
      }),
    ]);
    expect(table.map((line) => line.split(/ {2,}/))).toEqual([
      ['#', 'resumed by', 'outcome', 'cause', 'kept', 'regenerated', 'seam'],
      ['1', 'none', 'stalled', 'inter_token, pings_only, noticed after 3,002 ms', '4,001', '0'],
      ['2', 'continuation', 'worker_lost', '0', 'unknown'],
      ['3', 'continuation', 'complete', 'end_turn', '12,010', '52', 'anchor, verified'],
      ['4', 'none', 'api_error', 'overloaded_error', '0', '0'],
    ]);
  });
});
