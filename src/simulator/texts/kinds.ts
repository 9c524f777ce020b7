/** What kinds of text the simulator can write. */

export const TEXT_KINDS = [
  /** English prose under headings. */
  'prose',
  /** Everything Markdown has: emphasis, links, nested lists, quotes, fenced code, tables. */
  'markdown',
  /** A few sentences of prose between long fenced blocks of code, in several languages. */
  'code',
  /** Long Markdown tables. */
  'table',
  /** Long lists, numbered or not, with lists inside. */
  'list',
  /** No spaces between words, full-width punctuation, an ideographic space now and then. */
  'japanese',
  /** No spaces between words, characters of two UTF-16 code units among the others. */
  'chinese',
  /** From right to left, with digits and Latin words between. */
  'arabic',
  /** Prose in which every few words is a character of many code points. */
  'emoji',
  /** Stanzas of short lines, and after each the same refrain. */
  'poetry',
  /** Indented JSON, the same keys in each record. */
  'json_like',
] as const;

export type TextKind = (typeof TEXT_KINDS)[number];
