/** The ways a continuation question may be answered; `continuation.ts` has the words of each. */

/** "The rest" is what follows the text that is to be continued; the anchor is that text's last words. */
export const BEHAVIOURS = [
  /** As asked: the anchor, then the rest. */
  'echo',
  /** The rest alone. */
  'direct',
  /** A polite line, then the anchor and the rest. */
  'preamble',
  /** A polite line, then the rest. */
  'preamble_direct',
  /** The whole text again from its top. */
  'restart',
  /** Nothing at all. */
  'empty',
  /** A sentence that says nothing. */
  'useless',
  /** The anchor, and no more. */
  'echo_then_end',
  /** The second half of the anchor, then the rest. */
  'echo_partial',
  /** The anchor with a slip of the pen, then the rest. */
  'echo_typo',
  /** The anchor in quotes, then the rest. */
  'echo_quoted',
  /** The anchor in quotes as a paragraph of its own, then the anchor once more and the rest. */
  'echo_line_quoted',
  /** The anchor in bold type, then the rest. */
  'echo_bold',
  /** The anchor with the tags it was asked in, then the rest. */
  'echo_tagged',
  /** The anchor and the rest inside one fence of code. */
  'echo_fenced',
  /** Begins earlier than asked, two or three sentences or lines before the anchor. */
  'echo_longer',
  /** The anchor with typographer's quotes and dashes, its white space evened out; then the rest. */
  'echo_curly',
  /** Three dots, the anchor, the rest. */
  'ellipsis',
  /** Another text with another heading, as if nothing had been said. */
  'heading_restart',
  /** One sentence about what was said so far, which asks what to do. */
  'summary',
  /** The first sentence of the question itself, then the rest. */
  'question_back',
  /** Sorry, nothing to be seen. */
  'apology',
] as const;

export type Behaviour = (typeof BEHAVIOURS)[number];
