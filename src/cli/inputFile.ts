/** Files that the user names, `-` being stdin. Whatever is wrong with one is said as a problem with its repair. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

export type Read<T> = { ok: true; value: T } | { ok: false; problem: string };

/** The text of a file; a byte order mark is left out. `flag` is how the user named it. */
export async function readInput(path: string, flag: string): Promise<Read<string>> {
  let bytes: Uint8Array;
  try {
    bytes = path === '-' ? await buffer(process.stdin) : await readFile(path);
  } catch (error) {
    return {
      ok: false,
      problem: `${flag} is "${path}", which cannot be read (${reasonOf(error)}): name a readable file.`,
    };
  }
  try {
    // Strictly: a replacement character in a prompt would be sent, and paid for, unseen.
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, problem: `${flag} is "${path}", which is not UTF-8 text: save it as UTF-8.` };
  }
}

/** Says line and column where the parser tells the position; of some errors it tells only the neighbourhood. */
export function parseJson(text: string, name: string): Read<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = positionOf(message, text);
    const reason = message.replace(/ in JSON at position .*$/s, '').replaceAll('\n', ' ');
    const where =
      position === null ? '' : ` at line ${lineOf(text, position)}, column ${columnOf(text, position)}`;
    return { ok: false, problem: `${name} is not valid JSON${where} (${reason}): correct it.` };
  }
}

function positionOf(message: string, text: string): number | null {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  return message.startsWith('Unexpected end') ? text.length : null;
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

function columnOf(text: string, position: number): number {
  return position - text.lastIndexOf('\n', position - 1);
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'this user may not read it';
  if (code === 'EISDIR') return 'it is a folder';
  return error instanceof Error ? error.message : String(error);
}
