/** The wire faults as the Markdown table of ARCHITECTURE.md. */
import type { WireFault } from './wireFault.ts';

const BEGIN = '<!-- wire faults -->';
const END = '<!-- /wire faults -->';

export function tableOf(faults: readonly WireFault[]): string {
  const rows = faults.map(({ cause, ways, outcome, next, kept }) => {
    const names = ways.map(({ name }) => name).filter((name) => name !== '');
    const details = [...new Set(ways.map(({ detail }) => detail))].filter((detail) => detail !== '');
    return [
      cause,
      names.join('; '),
      `\`${outcome}\``,
      details.map((detail) => `\`${detail}\``).join(' '),
      next.includes('_') ? `\`${next}\`` : next,
      kept,
    ];
  });
  const header = ['what goes wrong', 'ways', 'outcome', 'in the ledger', 'then', 'kept'];
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** A document with this table between its marks. @throws Error where it has no marks */
export function withTable(document: string, table: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`the document has no ${BEGIN} … ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${table}\n${document.slice(end)}`;
}
