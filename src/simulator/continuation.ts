/** How a reply to a continuation question is worded: what stands around the text, and whether it goes on at all. */
import type { Behaviour } from './behaviours.ts';
import { cutBefore } from './characters.ts';
import { before, halfOf, typeset, withTypo } from './echoes.ts';
import { writeText } from './text.ts';

export interface ReplyText {
  text: string;
  /** How much of it comes before the continuation proper; all of it where nothing is continued. */
  leadCharacters: number;
  /** How much of it comes after the continuation proper and is no part of the text. */
  trailCharacters: number;
}

const PREAMBLE = 'Sure, continuing:\n\n';
const USELESS = 'No response requested.';
const APOLOGY =
  "I'm sorry, but I can't see where the text was interrupted. Could you share the part you would like me to continue?";
const FENCE = '```';
const SHORTEST_RESTART = 400;
const LONGEST_TOPIC = 60;

export interface ContinuationWords {
  anchor: string;
  partial: string;
  /** What follows `partial`, its white space included. */
  rest: string;
  /** The question as the user worded it, quoted text and all. */
  question: string;
}

export function wordContinuation(behaviour: Behaviour, words: ContinuationWords): ReplyText {
  const { anchor, partial, rest } = words;
  switch (behaviour) {
    case 'echo':
      return goingOn(anchor, rest);
    case 'direct':
      return goingOn('', rest);
    case 'preamble':
      return goingOn(PREAMBLE + anchor, rest);
    case 'preamble_direct':
      return goingOn(PREAMBLE, rest);
    case 'echo_partial':
      return goingOn(halfOf(anchor), rest);
    case 'echo_typo':
      return goingOn(withTypo(anchor), rest);
    case 'echo_quoted':
      return goingOn(`"${anchor}"`, rest);
    case 'echo_line_quoted':
      return goingOn(`"${anchor}"\n\n${anchor}`, rest);
    case 'echo_bold':
      return goingOn(`**${anchor}**`, rest);
    case 'echo_tagged':
      return goingOn(`<last_words>${anchor}</last_words>`, rest);
    case 'echo_fenced':
      return goingOn(`${FENCE}text\n${anchor}`, rest, `\n${FENCE}`);
    case 'echo_longer':
      return goingOn(before(anchor, partial) + anchor, rest);
    case 'echo_curly':
      return goingOn(typeset(anchor), rest);
    case 'ellipsis':
      return goingOn(`…${anchor}`, rest);
    case 'question_back':
      return goingOn(`${firstSentenceOf(words.question)}\n\n`, rest);
    case 'echo_then_end':
      return only(anchor);
    case 'restart':
      return only(partial + rest);
    case 'heading_restart':
      return only(anotherText(partial, rest));
    case 'summary':
      return only(summaryOf(partial));
    case 'empty':
      return only('');
    case 'useless':
      return only(USELESS);
    case 'apology':
      return only(APOLOGY);
    default:
      return behaviour satisfies never;
  }
}

function goingOn(lead: string, rest: string, trail = ''): ReplyText {
  return { text: lead + rest + trail, leadCharacters: lead.length, trailCharacters: trail.length };
}

function only(text: string): ReplyText {
  return { text, leadCharacters: text.length, trailCharacters: 0 };
}

/** Prose, whatever the kind of the text: it begins with a heading, as long as the whole text would be. */
function anotherText(partial: string, rest: string): string {
  const characters = Math.max(SHORTEST_RESTART, partial.length + rest.length);
  return writeText(`heading_restart/${partial}`, characters);
}

function summaryOf(partial: string): string {
  // Of the first line with a word in it, as much as stands before any mark: a mark inside would make it two sentences.
  const topic =
    /[\p{Letter}\p{Number}][^\n.!?。！？؟]*/u.exec(partial.slice(0, 1_000))?.[0] ?? 'nothing in particular';
  const shortTopic = topic.slice(0, cutBefore(topic, LONGEST_TOPIC)).trimEnd();
  return `So far, in ${partial.length} characters, the text has told of “${shortTopic}”; shall I go on from there, or would you like something changed first?`;
}

/** Without what the question quotes between tags. */
function firstSentenceOf(question: string): string {
  const own = question.replaceAll(/<(partial|last_words)>[^]*?<\/\1>/g, '').trim();
  return /^[^]*?[.:!?](?=\s|$)/.exec(own)?.[0] ?? own;
}
