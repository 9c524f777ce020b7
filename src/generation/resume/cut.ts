/**
 * Where a partial text is cut before a model is asked to go on.
 *
 * Never called from workflow code: segmentation follows the ICU data of the Node version, so it would not replay.
 * What was decided travels as a number (`Checkpoint.offset`).
 */

/** Ask for what follows the first `base` characters; `whiteSpace` was received directly after them. */
export interface Cut {
  base: number;
  whiteSpace: string;
}

/** A word longer than this is no word (Base64, a URL): only its last grapheme cluster goes. */
const LONGEST_WORD = 64;
const LONGEST_LINE = 200;

/** Scripts written without spaces: there a word boundary is the segmenter's matter. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** The end of a sentence is no word that could go on; `3.` is. */
const SENTENCE_END = /(?:(?<!\d)\.|[!?…。！？])["'”’»」』)\]]*$/u;
const JOINER = 0x200d;
const MARKER_ONLY = /^\s*(?:[-*+>|]|#{1,6}|\d{1,9}[.)]|`{3,}[^`]*|~{3,}.*)$/;
const LIST_OR_TABLE_LINE = /^\s*(?:[-*+] |\d{1,9}[.)] |\|)/;

/** A prefill loses its trailing white space, which the API refuses, and nothing else. */
export function cutForPrefill(text: string): Cut {
  return withWhiteSpace(text, trimmedEnd(text, wholeCluster(text, text.length)));
}

/**
 * A continuation goes back to where no word, character, row or marker is left half said. The end of a sentence stays:
 * a text that was whole but for the end of its message must not lose its last word.
 */
export function cutForContinuation(text: string): Cut {
  return cutBack(text, true);
}

/** A word is surely whole only when white space follows it: `end.` may yet become `end.com`. */
function cutBack(text: string, sentenceEndStays: boolean): Cut {
  const wordEnd = sentenceEndStays && SENTENCE_END.test(text.slice(-LONGEST_WORD)) ? text.length : null;
  let end = lineCut(text, text.length) ?? wordEnd ?? wordCut(text, text.length);
  end = trimmedEnd(text, end);
  for (;;) {
    const lineStart = text.lastIndexOf('\n', end - 1) + 1;
    if (end === 0 || !MARKER_ONLY.test(text.slice(lineStart, end))) break;
    end = trimmedEnd(text, lineStart);
  }
  return withWhiteSpace(text, end);
}

/**
 * How much of a growing text no later cut can take away, in characters.
 *
 * Without spaces the segmenter may think again about the last words once more text is there; a cut still never goes
 * back further than the longest word.
 */
export function safeCharacters(text: string): number {
  const last = text.slice(-2 * LONGEST_WORD);
  const mayBeSeenAnew = UNSPACED.test(last) || !/\s/.test(last.slice(-LONGEST_WORD));
  return cutBack(mayBeSeenAnew ? text.slice(0, -2 * LONGEST_WORD) : text, false).base;
}

function withWhiteSpace(text: string, base: number): Cut {
  let end = base;
  while (end < text.length && isWhiteSpace(text, end)) end += 1;
  return { base, whiteSpace: text.slice(base, end) };
}

/** Without trailing white space, and without half a surrogate pair, which is no character yet. */
function trimmedEnd(text: string, from: number): number {
  let end = from;
  while (end > 0 && (isWhiteSpace(text, end - 1) || isHighSurrogate(text.charCodeAt(end - 1)))) end -= 1;
  return end;
}

function isWhiteSpace(text: string, index: number): boolean {
  return text.charAt(index).trim() === '';
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Without a cluster that half a surrogate pair or a joiner leaves hanging. */
function wholeCluster(text: string, from: number): number {
  const end = isHighSurrogate(text.charCodeAt(from - 1)) ? from - 1 : from;
  return text.charCodeAt(end - 1) === JOINER ? lastClusterStart(text, end) : end;
}

/** In tables, lists and code a half line is worth less than none. */
function lineCut(text: string, end: number): number | null {
  const lineStart = text.lastIndexOf('\n', end - 1) + 1;
  if (lineStart === end || end - lineStart > LONGEST_LINE) return null;
  const line = text.slice(lineStart, end);
  return LIST_OR_TABLE_LINE.test(line) || insideFence(text, lineStart) ? lineStart : null;
}

function insideFence(text: string, lineStart: number): boolean {
  let open: string | null = null;
  for (const [, fence] of text.slice(0, lineStart).matchAll(/^ {0,3}(`{3,}|~{3,})/gm)) {
    if (fence === undefined) continue;
    if (open === null) open = fence;
    else if (fence.startsWith(open)) open = null;
  }
  return open !== null;
}

function wordCut(text: string, end: number): number {
  if (end === 0 || isWhiteSpace(text, end - 1)) return end;
  let runStart = end;
  while (runStart > 0 && end - runStart <= LONGEST_WORD && !isWhiteSpace(text, runStart - 1)) runStart -= 1;
  const run = text.slice(runStart, end);
  if (!UNSPACED.test(run)) return run.length <= LONGEST_WORD ? runStart : lastClusterStart(text, end);

  const whole = wholeCluster(text, end);
  const windowStart = Math.max(0, whole - 2 * LONGEST_WORD);
  const words = [
    ...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text.slice(windowStart, whole)),
  ];
  const last = words.at(-1);
  if (last === undefined || last.segment.length > LONGEST_WORD) return lastClusterStart(text, whole);
  return last.isWordLike === true ? windowStart + last.index : whole;
}

function lastClusterStart(text: string, end: number): number {
  // 64 characters hold the longest cluster in use (a family of four with skin tones has 19).
  const windowStart = Math.max(0, end - LONGEST_WORD);
  const clusters = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(
    text.slice(windowStart, end),
  );
  let start = windowStart;
  for (const cluster of clusters) start = windowStart + cluster.index;
  return start;
}
