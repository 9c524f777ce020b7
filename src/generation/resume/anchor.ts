/** The anchor: the last words of the cut text, which the model is asked to repeat so that the seam can be proven. */

const SHORTEST_ANCHOR = 40;
const LONGEST_ANCHOR = 300;
/** How far back the anchor must be the only one of its kind. */
const NEIGHBOURHOOD = 4_000;

/**
 * Chooses the shortest run of last words that occurs once in the neighbourhood (refrains and table rows make it
 * longer), at most 300 characters, and in which no stop sequence lies: the API would end the reply there.
 */
export function chooseAnchor(cutText: string, stopSequences: readonly string[] = []): string {
  const neighbourhood = cutText.slice(-NEIGHBOURHOOD);
  const earliest = afterStopSequences(cutText, Math.max(0, cutText.length - LONGEST_ANCHOR), stopSequences);
  let start = Math.max(earliest, cutText.length - SHORTEST_ANCHOR);
  for (;;) {
    start = wordStart(cutText, start, earliest);
    const anchor = cutText.slice(start);
    if (start <= earliest || neighbourhood.indexOf(anchor) === neighbourhood.length - anchor.length) {
      return anchor.trimStart();
    }
    start -= 1;
  }
}

/** The nearest start of a word at or before `from`; any whole character where the script has no spaces. */
function wordStart(text: string, from: number, earliest: number): number {
  for (let start = from; start > earliest && from - start < SHORTEST_ANCHOR; start -= 1) {
    if (text.charAt(start - 1).trim() === '') return start;
  }
  const unit = text.charCodeAt(from);
  return unit >= 0xdc00 && unit <= 0xdfff ? from + 1 : from;
}

function afterStopSequences(text: string, earliest: number, stopSequences: readonly string[]): number {
  let start = earliest;
  for (const sequence of stopSequences) {
    const last = text.lastIndexOf(sequence);
    if (sequence !== '' && last >= 0) start = Math.max(start, last + 1);
  }
  return start;
}
