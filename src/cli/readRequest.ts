import { randomUUID } from 'node:crypto';
import { UsageError } from './errors.ts';
import { readInput } from './inputFile.ts';
import type { RequestOptions } from './requestInput.ts';
import { buildRequest } from './requestInput.ts';

/**
 * The request document, with an id in any case: so that whoever interrupts the enqueueing knows what to ask for.
 * @throws UsageError with every problem
 */
export async function readRequest(
  prompt: string | undefined,
  options: RequestOptions,
): Promise<{ id: string; document: Record<string, unknown> }> {
  const built = await buildRequest(prompt, options, readInput);
  if (!built.ok) throw new UsageError(built.problems);
  const { id } = built.document;
  if (typeof id === 'string') return { id, document: built.document };
  const random = randomUUID();
  return { id: random, document: { ...built.document, id: random } };
}
