/** The lines of a batch file, checked before anything is started. Pure. */
import { requestDigest } from '../client/digest.ts';
import { parseJson } from './inputFile.ts';
import { documentProblems } from './requestInput.ts';

export interface BatchItem {
  line: number;
  id: string;
  /** The request document, with its id. */
  document: Record<string, unknown>;
}

export type BatchCheck = { ok: true; items: BatchItem[] } | { ok: false; problems: string[] };

/** Empty lines are passed over. The same request twice under one id is one generation, and one item. */
export function readBatchLines(text: string): BatchCheck {
  const problems: string[] = [];
  const items = new Map<string, BatchItem>();
  text.split('\n').forEach((content, index) => {
    if (content.trim() === '') return;
    const line = index + 1;
    const item = readLine(content, line);
    if (Array.isArray(item)) {
      problems.push(...item);
      return;
    }
    const earlier = items.get(item.id);
    if (earlier === undefined) {
      items.set(item.id, item);
    } else if (requestDigest(earlier.document) !== requestDigest(item.document)) {
      problems.push(
        `line ${line}: id is "${item.id}", as on line ${earlier.line}, but the request differs: choose another id.`,
      );
    }
  });
  if (problems.length === 0 && items.size === 0)
    problems.push('the file has no line: give one request document a line.');
  return problems.length === 0 ? { ok: true, items: [...items.values()] } : { ok: false, problems };
}

function readLine(content: string, line: number): BatchItem | string[] {
  const parsed = parseJson(content, `line ${line}`);
  if (!parsed.ok) return [parsed.problem];
  const problems = documentProblems(parsed.value);
  if (problems.length > 0) return problems.map((problem) => `line ${line}: ${problem}`);
  const document = parsed.value as Record<string, unknown>;
  // Of what shapes the text: the same line is the same generation when the batch is run again, with other limits too.
  const id =
    typeof document['id'] === 'string' ? document['id'] : `batch-${requestDigest(document).slice(0, 32)}`;
  return { line, id, document: { ...document, id } };
}
