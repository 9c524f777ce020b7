/**
 * What a reply to the question is: the echo that was asked for, a repetition of the text's end, a text that goes on
 * without either, or no continuation at all. Cut is only what is proven.
 *
 * Called with each character more of the reply, so a verdict rests on the shortest beginning that bears it.
 */
import type { Seam } from '../attempt.ts';
import { ROW_OR_ITEM, lastLineOf } from '../markdown.ts';
import { afterWhiteSpace, matchWords, runTogether } from './characters.ts';
import type { Echo } from './echo.ts';
import { findEchoAt } from './echo.ts';
import type { Evidence } from './evidence.ts';
import { CONTINUATION_PROOF } from './evidence.ts';
import type { LineSearch } from './lines.ts';
import { LONGEST_PREAMBLE, findEchoesAtLines } from './lines.ts';
import { partOfTheQuestion, questionLines } from './questionInReply.ts';
import { findRepairedEcho, repairShowsAfter } from './repairedEcho.ts';
import { findRepeatedTail, isVerse } from './repeatedTail.ts';
import { beginsFromTheTop, beginsUnderANewTitle, breaksASentence } from './restart.ts';
import { isShortTalk, looksUseless, preambleLength } from './uselessReply.ts';
import type { Wrapper } from './wrapping.ts';
import { QUOTED_TEXT, isFence } from './wrapping.ts';

export type Verdict =
  | { kind: 'wait' }
  /** `seam.trimmedCharacters` of the reply go. */
  | { kind: 'seam'; seam: Seam; wrapper: Wrapper | null }
  | { kind: 'rejected'; reason: string };

/**
 * `overdue`: it was held back for long, or the stream broke off; then what is there decides where it is enough.
 * `cut_short`: `max_tokens` was reached, so nothing more comes, and what came is no end. In neither is an echo joined
 * that is not whole. `ended`: the message ended by itself.
 */
export type How = 'streaming' | 'overdue' | 'cut_short' | 'ended';

/** An echo that is not at the reply's start must be the only one in so many characters; nothing is held back longer. */
const WINDOW = 2_000;

const WAIT: Verdict = { kind: 'wait' };
const QUESTION_REPEATED = rejected('the reply repeats the question');
const FROM_THE_TOP = rejected('the reply begins the text again from the top');

export function judge(before: Evidence, held: string, how: How): { evidence: Evidence; verdict: Verdict } {
  let evidence = before;
  if (evidence.startIsOpen) {
    const verdict = judgeStart(evidence, held, how);
    if (verdict !== null) return { evidence, verdict };
    if (held.trimStart().length >= repairShowsAfter(evidence.anchor)) {
      evidence = { ...evidence, startIsOpen: false };
    }
  }
  const nothingNew = how === 'streaming' && evidence.linesAreSettled && !held.endsWith('\n');
  if (nothingNew && held.length !== LONGEST_PREAMBLE && held.length < WINDOW)
    return { evidence, verdict: WAIT };
  const lines = findEchoesAtLines(evidence, held, how === 'ended');
  const settled = !evidence.startIsOpen && lines.kind === 'looked' && !lines.mayCome;
  evidence = settled === evidence.linesAreSettled ? evidence : { ...evidence, linesAreSettled: settled };
  return { evidence, verdict: judgeLines(evidence, held, how, lines) };
}

/** The reply's beginning; null where it neither is an echo nor a repetition, nor shows a restart. */
function judgeStart(evidence: Evidence, held: string, how: How): Verdict | null {
  const { task, anchor } = evidence;
  const start = afterWhiteSpace(held, 0);
  if (start === held.length) return how !== 'ended' && start < WINDOW ? WAIT : null;
  const ended = how === 'ended';
  const search = findEchoAt(held, start, anchor, ended, evidence.insideFence);
  if (search.kind === 'partial') return held.length < WINDOW ? WAIT : null;
  if (search.kind === 'found') return judgeEcho(evidence, held, search.echo, 'echo_at_start', how);

  const reply = held.slice(start);
  const tail = findRepeatedTail(task.cutText, task.whiteSpace, reply, ended);
  if (tail.kind === 'partial') return WAIT;
  if (tail.kind === 'found') {
    return seam('overlap', start + tail.characters, 'repeated_tail', false, null);
  }
  // Where all of the text was asked for, a restart and a repaired echo begin alike.
  const echoIsRestart = anchor.length >= task.cutText.trim().length;
  const restarts = beginsFromTheTop(evidence.top, held, start);
  if (restarts && !echoIsRestart) return FROM_THE_TOP;
  if (ended || how === 'cut_short' || reply.length >= repairShowsAfter(anchor)) {
    const end = findRepairedEcho(anchor, reply, repeatsItself(evidence));
    if (end !== null) return seam('anchor', start + end, 'echo_repaired', false, null);
    if (restarts) return FROM_THE_TOP;
  }
  return null;
}

/** Rows, items, verses and lines of code differ from one another by as little as a misspelling. */
function repeatsItself({ task, insideFence }: Evidence): boolean {
  const line = lastLineOf(task.cutText);
  return insideFence || ROW_OR_ITEM.test(line) || (task.whiteSpace.includes('\n') && isVerse(line));
}

function judgeEcho(
  evidence: Evidence,
  held: string,
  echo: Echo,
  where: 'echo_at_start' | 'echo_at_line_start',
  how: How,
): Verdict {
  const { task, anchor, earlierContinuations: earlier, insideFence } = evidence;
  const ended = how === 'ended';
  const after = held.slice(echo.end);
  if (after === '' && !ended) return WAIT;
  if (task.whiteSpace !== '' && echo.end === echo.wordsEnd && runTogether(anchor, after)) {
    return rejected('the reply makes another word of the last one, which had been received whole');
  }
  const again = after === '' ? null : findEchoAt(after, 0, anchor, ended, insideFence);
  if (again?.kind === 'partial') return WAIT;
  if (again?.kind === 'found' && task.joinUnverified && again.echo.bare && isQuotation(echo, after)) {
    const { end, wrapper } = again.echo;
    return seam('anchor', echo.end + end, 'echo_ambiguous', false, wrapper);
  }
  const proof = after.slice(0, CONTINUATION_PROOF);
  if (earlier.length > 0 && proof.length < CONTINUATION_PROOF && how === 'streaming') return WAIT;
  const question = partOfTheQuestion(task, after);
  if (question === 'partial' && how === 'streaming') return WAIT;
  if (question === 'full') return QUESTION_REPEATED;
  const elsewhere = earlier.some((text) => matchWords(text, proof, 0).kind === 'full');
  const doubtful = elsewhere
    ? 'the reply goes on as the text did after an earlier place with the same words'
    : again?.kind === 'found'
      ? 'the reply repeats the words that were asked for twice, so that the seam is at one of two places'
      : echo.closesOneOfTwo
        ? 'the reply opens the code fence again and closes it behind the echo, so that the code may go on or end there'
        : null;
  if (doubtful !== null && !task.joinUnverified) return rejected(doubtful);
  // Asked again and the same answer: the text may well repeat itself, and nothing that was said may be lost.
  // What was opened and is closed somewhere in the reply leaves its closer there: the place is proven, the text is not.
  const clean = echo.wrapper === null || (insideFence && isFence(echo.wrapper.opener));
  return seam(
    'anchor',
    echo.end,
    doubtful === null ? where : 'echo_ambiguous',
    doubtful === null && clean,
    echo.wrapper ?? (task.question?.includes(QUOTED_TEXT.opener) === true ? QUOTED_TEXT : null),
  );
}

/** First quoted, in a paragraph of its own, then said: the second is where the text goes on. */
function isQuotation({ bare, wrapper }: Echo, after: string): boolean {
  return !bare && wrapper === null && /^\s*\n\s*\n/.test(after);
}

/** An echo at a later line's start, behind a preamble; or none at all. */
function judgeLines(evidence: Evidence, held: string, how: How, lines: LineSearch): Verdict {
  if (lines.kind === 'from_the_top') return FROM_THE_TOP;
  if (lines.echoes.length > 1) {
    return rejected('the reply repeats the words that were asked for at more than one place');
  }
  const [echo] = lines.echoes;
  if (echo !== undefined && (lines.behindPreamble || !evidence.task.joinUnverified)) {
    const only = how !== 'streaming' || held.length >= WINDOW;
    if (!only) return WAIT;
    return lines.behindPreamble
      ? judgeEcho(evidence, held, echo, 'echo_at_line_start', how)
      : rejected('what stands before the words that were asked for may be text');
  }
  if (how === 'ended') return withoutEcho(evidence, held, true);
  const mayCome = lines.mayCome || (how !== 'cut_short' && evidence.startIsOpen);
  const longEnough = how === 'overdue' || how === 'cut_short' || held.length >= LONGEST_PREAMBLE;
  const decided = (longEnough && !mayCome) || held.length >= WINDOW;
  return decided ? withoutEcho(evidence, held, false) : WAIT;
}

function withoutEcho(evidence: Evidence, held: string, ended: boolean): Verdict {
  const { task, anchor, insideFence } = evidence;
  const start = afterWhiteSpace(held, 0);
  const reply = held.slice(start);
  const halfAnEcho = findEchoAt(reply, 0, anchor, false, insideFence).kind === 'partial';
  if (reply === '' || (ended && halfAnEcho)) {
    return rejected('the message ended without the echo that was asked for');
  }
  const preamble =
    questionLines(task, reply) || preambleLength(reply, breaksASentence(task.cutText, task.whiteSpace));
  const text = reply.slice(preamble);
  if (preamble > 0 && beginsFromTheTop(evidence.top, text, 0)) return FROM_THE_TOP;
  const inASentence = breaksASentence(task.cutText, task.whiteSpace);
  if (looksUseless(text, ended) || (ended && inASentence && !insideFence && isShortTalk(text)))
    return rejected('the reply does not go on with the text');
  if (partOfTheQuestion(task, text) === 'full') return QUESTION_REPEATED;
  if (beginsUnderANewTitle(task.cutText, task.whiteSpace, text)) {
    return rejected('the reply begins anew under a heading');
  }
  if (insideFence && /^(?:`{3,}|~{3,})\S/.test(text)) {
    return rejected('the reply opens a code fence again, without the echo that was asked for');
  }
  if (!task.joinUnverified) return rejected('the reply does not begin with the echo that was asked for');
  // Without a preamble the reply's own white space is the only that is known of this side of the seam.
  return seam('plain', preamble === 0 ? 0 : start + preamble, 'none', false, null);
}

function seam(
  kind: Seam['kind'],
  trimmedCharacters: number,
  evidence: Seam['evidence'],
  verified: boolean,
  wrapper: Wrapper | null,
): Verdict {
  return { kind: 'seam', seam: { kind, trimmedCharacters, verified, evidence }, wrapper };
}

function rejected(reason: string): Verdict {
  return { kind: 'rejected', reason };
}
