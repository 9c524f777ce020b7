/** The question by which a model is asked to go on: its wording, in one place, and a request's own wording. */

export const ANCHOR = '{anchor}';
export const PARTIAL = '{partial}';

/** Never part of a result: the joiner rejects a reply that repeats it. The tags hold the anchor's white space. */
export const CONTINUATION_PROMPT =
  `Your response was interrupted. It ends with: <last_words>${ANCHOR}</last_words>\n\n` +
  'Begin your reply by repeating exactly the words between the last_words tags (without the tags), and then go on ' +
  'from there as if there had been no interruption: no preamble, no comment, nothing else repeated. ' +
  'If nothing is missing after them, repeat them and stop.';

/** Put before the question where the text is shown in the user's turn, and the question does not place it itself. */
const QUOTED =
  'You have already written the following part of your response, and were interrupted:\n\n' +
  `<partial>${PARTIAL}</partial>\n\n`;

/** Whether a question shows the text itself: then there is no assistant turn before it. */
export function quotesTheText(prompt: string): boolean {
  return prompt.includes(PARTIAL);
}

export function askInWords(prompt: string, cutText: string, anchor: string): string {
  // Through a function, because `$&` in a text would mean something else. One pass, because the text may hold `{anchor}`.
  return prompt.replace(/\{anchor\}|\{partial\}/g, (placeholder) =>
    placeholder === ANCHOR ? anchor : cutText,
  );
}

export function quoting(prompt: string): string {
  return quotesTheText(prompt) ? prompt : QUOTED + prompt;
}

/** What is wrong with a request's own wording, as a repair; null when nothing is. */
export function promptProblem(prompt: string): string | null {
  const unknown = [...prompt.matchAll(/\{([A-Za-z_]+)\}/g)].find(
    ([placeholder]) => placeholder !== ANCHOR && placeholder !== PARTIAL,
  );
  if (unknown !== undefined) {
    return `there is no placeholder ${unknown[0]}: those are ${ANCHOR} (the words to repeat) and ${PARTIAL} (the text so far)`;
  }
  const anchors = prompt.split(ANCHOR).length - 1;
  if (anchors !== 1) {
    return `name ${ANCHOR} exactly once (here: ${anchors} times): the words that the reply must begin with, by which the seam is proven`;
  }
  return prompt.split(PARTIAL).length > 2
    ? `name ${PARTIAL} at most once: it is the whole text so far`
    : null;
}
