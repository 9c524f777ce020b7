/** Whether the demo has shown what it is for. */
import type { ResultDocument } from '../../client/index.ts';
import { count } from './ledgerTable.ts';
import type { Scenario } from './scenario.ts';

/**
 * What is wrong with the result, one sentence each; nothing when all is well.
 * @param truth what the simulated endpoint meant to say; null with the real API, where nobody can know
 */
export function problemsOf(
  document: Pick<ResultDocument, 'status' | 'text' | 'attempts'>,
  truth: string | null,
  accidents: Scenario['accidents'],
): string[] {
  const problems: string[] = [];
  if (document.status !== 'complete') problems.push(`The generation is ${document.status}, not complete.`);
  for (const accident of accidents) {
    const happened = document.attempts.some(({ outcome }) => outcome === accident);
    if (!happened)
      problems.push(`No attempt was ${accident}: the accident that was to be shown did not happen.`);
  }
  if (truth === null) return problems;
  if (truth === '') problems.push('The simulated endpoint knows of no text it meant to say.');
  else if (document.text !== truth) problems.push(difference(document.text, truth));
  return problems;
}

function difference(text: string, truth: string): string {
  let same = 0;
  while (same < text.length && same < truth.length && text[same] === truth[same]) same += 1;
  return (
    `The text differs from what was meant, from character ${count(same)} on ` +
    `(${count(text.length)} characters received, ${count(truth.length)} meant).`
  );
}
