/** How a reply to a continuation question is worded: what comes before, and whether the text goes on after it. */
import { cutAfter } from './characters.ts';
import type { Behaviour } from './profile.ts';

export interface ReplyText {
  text: string;
  /** How much of it comes before the continuation proper; all of it where nothing is continued. */
  leadCharacters: number;
}

const PREAMBLE = 'Sure, continuing:\n\n';
const USELESS = 'No response requested.';
const APOLOGY =
  "I'm sorry, but I can't see where the text was interrupted. Could you share the part you would like me to continue?";

/** `rest` is what follows `partial`, its white space included. */
export function wordContinuation(
  behaviour: Behaviour,
  { anchor, partial, rest }: { anchor: string; partial: string; rest: string },
): ReplyText {
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
      return goingOn(anchor.slice(cutAfter(anchor, Math.floor(anchor.length / 2))), rest);
    case 'echo_typo':
      return goingOn(withTypo(anchor), rest);
    case 'echo_quoted':
      return goingOn(`"${anchor}"`, rest);
    case 'echo_then_end':
      return only(anchor);
    case 'restart':
      return only(partial + rest);
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

function goingOn(lead: string, rest: string): ReplyText {
  return { text: lead + rest, leadCharacters: lead.length };
}

function only(text: string): ReplyText {
  return { text, leadCharacters: text.length };
}

/** Two neighbouring, different letters change places; without any, the first character is written twice. */
function withTypo(anchor: string): string {
  const swapped = anchor.replace(/([a-z])(?!\1)([a-z])(?=[a-z]*[^a-z]*$)/, '$2$1');
  return swapped === anchor ? anchor.charAt(0) + anchor : swapped;
}
