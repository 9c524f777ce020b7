/**
 * Replies that are about the interruption instead of going on: joining one would end a cut text with an apology and
 * call it whole. Only beginnings that no text goes on with in the middle; the echo proves all other cases.
 */
const USELESS_BEGINNINGS = [
  /^no response requested/i,
  /^(?:i(?:['’]m| am) sorry|my apologies|apologies|i apologi[sz]e)\b/i,
  /^i (?:can(?:['’]t|not)|don['’]t have|do not have|was not|wasn['’]t|am unable)\b/i,
  /^(?:sure|certainly|of course|okay|ok)[,.!:]/i,
  /^(?:here(?:['’]s| is)|continuing|to continue)\b/i,
];

export function looksUseless(reply: string): boolean {
  const beginning = reply.trimStart().slice(0, 40);
  return beginning === '' || USELESS_BEGINNINGS.some((pattern) => pattern.test(beginning));
}
