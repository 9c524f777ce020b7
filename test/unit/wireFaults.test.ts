import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { tableOf, withTable } from '../faults/table.ts';
import { WIRE_FAULTS } from '../faults/wireFaults.ts';

const ARCHITECTURE = fileURLToPath(new URL('../../ARCHITECTURE.md', import.meta.url));

it('ARCHITECTURE.md shows the table of wire faults as it is; `--update` writes it anew', async () => {
  const document = await readFile(ARCHITECTURE, 'utf8');
  const options = { ...(await resolveConfig(ARCHITECTURE)), filepath: ARCHITECTURE };
  const asItIs = await format(withTable(document, tableOf(WIRE_FAULTS)), options);
  await expect(asItIs).toMatchFileSnapshot(ARCHITECTURE);
});

it('each way of a row is told from its others by a name or by what the ledger says', () => {
  for (const { ways } of WIRE_FAULTS) {
    const told = ways.map(({ name, detail }) => `${name} ${detail}`);
    expect(new Set(told).size).toBe(ways.length);
  }
});
