/**
 * Where a partial text is cut before a model is asked to go on.
 *
 * Never called from workflow code: segmentation follows the ICU data of the Node version, so it would not replay.
 * What was decided travels as a number (`Checkpoint.offset`).
 */

import { openFence } from '../markdown.ts';
import { endsASentence } from '../textEnd.ts';
import { hasUnspacedScript, isWhiteSpace as isWhiteSpaceCharacter } from '../seam/characters.ts';

/** Ask for what follows the first `base` characters; `whiteSpace` was received directly after them. */
export interface Cut {
  base: number;
  whiteSpace: string;
}

/** A word longer than this is no word (Base64, a URL): only its last grapheme cluster goes. */
const LONGEST_WORD = 64;
const LONGEST_LINE = 200;

const JOINER = 0x200d;
const MARKER_ONLY = /^\s*(?:[-*+>|]|#{1,6}|\d{1,9}[.)]|`{3,}[^`]*|~{3,}.*)$/;
const ITEM = /^\s*(?:[-*+] |\d{1,9}[.)] )/;
const ROW = /^\s*\|/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** A link or an image that is not whole yet, or that may yet become one. */
const UNFINISHED_LINK = /!?\[(?:[^\]\n]*|[^\]\n]*\](?:\([^)\n]*)?)$/;
const LONGEST_LINK = 200;
/** Markers or halves of stop sequences, one before the other: a text of nothing else is not cut to nothing. */
const MOST_CUTS = 8;

/** A prefill loses its trailing white space, which the API refuses, and nothing else. */
export function cutForPrefill(text: string): Cut {
  return withWhiteSpace(text, trimmedEnd(text, wholeCluster(text, text.length)));
}

/**
 * A continuation goes back to where no word, character, row, link or marker is left half said. What may be the end of
 * the whole text stays (the end of a sentence, a whole row, a closed fence): a text that was whole but for the end of
 * its message must not lose its last words.
 */
export function cutForContinuation(text: string, stopSequences: readonly string[] = []): Cut {
  return cutBack(text, stopSequences, true);
}

/** A word is surely whole only when white space follows it: `end.` may yet become `end.com`. */
function cutBack(text: string, stopSequences: readonly string[], endStays: boolean): Cut {
  const whole = isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.slice(0, -1) : text;
  let end = lineCut(whole, endStays) ?? Math.min(linkCut(whole), wordCut(whole, whole.length, endStays));
  for (let cuts = 0; cuts < MOST_CUTS; cuts += 1) {
    end = trimmedEnd(text, end);
    const next = markerCut(text, end) ?? stopSequenceCut(text, end, stopSequences);
    if (next === null) break;
    end = next;
  }
  return withWhiteSpace(text, trimmedEnd(text, end));
}

/**
 * How much of a growing text no later cut can take away, in characters.
 *
 * Without spaces the segmenter may think again about the last words once more text is there; a cut still never goes
 * back further than the longest word.
 */
export function safeCharacters(text: string, stopSequences: readonly string[] = []): number {
  const last = text.slice(-2 * LONGEST_WORD);
  const mayBeSeenAnew = hasUnspacedScript(last) || !/\s/.test(last.slice(-LONGEST_WORD));
  return cutBack(mayBeSeenAnew ? text.slice(0, -2 * LONGEST_WORD) : text, stopSequences, false).base;
}

function withWhiteSpace(text: string, base: number): Cut {
  let end = base;
  while (end < text.length && isWhiteSpace(text, end)) end += 1;
  const whiteSpace = text.slice(base, end);
  // The indentation of a line that goes, goes with it: what comes instead has its own.
  const lineEnd = end < text.length ? whiteSpace.lastIndexOf('\n') + 1 : 0;
  return { base, whiteSpace: lineEnd > 0 ? whiteSpace.slice(0, lineEnd) : whiteSpace };
}

/** Without trailing white space, and without half a surrogate pair, which is no character yet. */
function trimmedEnd(text: string, from: number): number {
  let end = from;
  while (end > 0 && (isWhiteSpace(text, end - 1) || isHighSurrogate(text.charCodeAt(end - 1)))) end -= 1;
  return end;
}

function isWhiteSpace(text: string, index: number): boolean {
  return isWhiteSpaceCharacter(text.charAt(index));
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
function lineCut(text: string, endStays: boolean): number | null {
  const lineStart = text.lastIndexOf('\n') + 1;
  const line = text.slice(lineStart);
  if (line === '' || line.length > LONGEST_LINE) return null;
  const fence = openFence(text.slice(0, lineStart));
  if (fence !== null) return endStays && closes(fence, line) ? text.length : lineStart;
  if (ITEM.test(line)) return endStays && endsASentence(line) ? text.length : lineStart;
  if (!ROW.test(line)) return null;
  const above = text.slice(text.lastIndexOf('\n', lineStart - 2) + 1, lineStart);
  return endStays && /\|\s*$/.test(line) && bars(line) >= bars(above) ? text.length : lineStart;
}

function bars(line: string): number {
  return line.split('|').length - 1;
}

function closes(fence: string, line: string): boolean {
  return FENCE.exec(line)?.[1]?.startsWith(fence) === true && /^\s*[`~]+\s*$/.test(line);
}

/** A last line that is only a marker goes; but not inside a fence, where it is code, nor the fence that closes it. */
function markerCut(text: string, end: number): number | null {
  const lineStart = text.lastIndexOf('\n', end - 1) + 1;
  if (end === 0 || !MARKER_ONLY.test(text.slice(lineStart, end))) return null;
  return openFence(text.slice(0, lineStart)) === null ? lineStart : null;
}

/** Before a link that is under way, or the whole text. */
function linkCut(text: string): number {
  const from = Math.max(0, text.length - LONGEST_LINK);
  const link = UNFINISHED_LINK.exec(text.slice(from));
  return link === null ? text.length : wordCut(text.slice(0, from + link.index), from + link.index, false);
}

/**
 * A text that ends in the first half of a stop sequence: asked from before it, the model says the whole sequence, and
 * the API sees it.
 */
function stopSequenceCut(text: string, end: number, stopSequences: readonly string[]): number | null {
  const before = text.slice(Math.max(0, end - LONGEST_LINE), end);
  for (const sequence of stopSequences) {
    for (let length = Math.min(sequence.length - 1, before.length); length > 0; length -= 1) {
      if (before.endsWith(sequence.slice(0, length)))
        return wordCut(text.slice(0, end - length), end - length, false);
    }
  }
  return null;
}

function wordCut(text: string, end: number, endStays: boolean): number {
  if (end === 0 || isWhiteSpace(text, end - 1)) return end;
  if (endStays && endsASentence(text)) return end;
  let runStart = end;
  while (runStart > 0 && end - runStart <= LONGEST_WORD && !isWhiteSpace(text, runStart - 1)) runStart -= 1;
  const run = text.slice(runStart, end);
  if (!hasUnspacedScript(run)) return run.length <= LONGEST_WORD ? runStart : lastClusterStart(text, end);

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
