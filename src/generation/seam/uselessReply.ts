/**
 * Replies that are about the interruption instead of going on: joining one would end a cut text with an apology and
 * call it whole. Looked at only where there is no echo; the echo proves all other cases.
 */

/** Nothing that a text goes on with. */
const NEVER_TEXT = [
  /^no response (?:is )?(?:requested|needed|required)/i,
  /^(?:nothing|no text) (?:is|was) missing\b/i,
  /^[[(*]*end(?: of (?:the )?(?:response|text|article|story|message))?[\])*.]*$/i,
  /^(?:done|n\/a|none|ok|okay|complete)[.!]?$/i,
  /^i (?:do not|don['’]t) (?:see|have) (?:any|the|a) (?:previous|partial|interrupted|text)/i,
];

/** A text may go on so, or a model may talk about it. */
const MAYBE_TALK = [
  /^(?:i(?:['’]m| am) (?:sorry|afraid|unable)|my apologies|apologies|i apologi[sz]e|sorry)\b/i,
  /^i (?:can(?:['’]t|not)|don['’]t|do not|was not|wasn['’]t|won['’]t|will not)\b/i,
  /^(?:sure|certainly|of course|okay|ok|absolutely|understood|got it)\b/i,
  /^(?:here(?:['’]s| is)|continuing|to continue|let me|in summary|to summari[sz]e|so far|the (?:text|response|article|story))\b/i,
  /^(?:let me know|thank you|thanks|you['’]re welcome|is there anything|there is nothing (?:more|missing|to)|hello|hi|unfortunately|please|my (?:response|previous)|that(?:['’]s| is) (?:all|everything)|(?:the )?(?:text|response|article|story|message) (?:is|was|seems|appears) (?:already )?complete)\b/i,
  /^(?:es tut mir leid|entschuldigung|tut mir leid|leider|hier ist|natürlich)/i,
  /^(?:je suis désolée?|désolée?|excusez|voici|bien sûr)/i,
  /^(?:lo siento|disculpa|mi dispiace|desculpe|claro|ecco|aquí)/i,
  /^(?:申し訳|すみません|ごめんなさい|抱歉|对不起|很抱歉|죄송|عذرا|آسف|извините|простите|к сожалению)/i,
];

/** A text may well go on so; only what follows shows that the model talks about itself. */
const PERHAPS_TALK = [
  /^(?:(?:my )?apologies|sorry|it (?:looks|seems|appears)|i(?:['’]ll| will| would)|you(?:['’]ve| have)? asked|as (?:you )?requested|would you|could you|shall i)\b/i,
];

/** Words by which a reply shows that it talks about itself. */
const ABOUT_ITSELF =
  /\b(?:continu(?:e|es|ing|ation)|interrupt(?:ed|ion)?|previous (?:response|message|text)|left off|cut off|rest of the|remaining (?:part|text)|picking up|resum(?:e|ing)|your (?:request|question|message|text)|the (?:text|response|article|story) (?:so far|above)|would you like|could you|please (?:share|provide|paste|tell)|assist|how can i help|(?:my|this) response|interruption)\b|続き|中断|继续|接着|weiterschreiben|unterbrochen|interrompu|interrumpid/i;

const BEGINNING_CHARACTERS = 400;
const LONGEST_SHORT_TALK = 200;

/** A line before the text that only announces it. */
const PREAMBLE =
  /^(?:sure|certainly|of course|okay|ok|absolutely|understood|got it|right|continuing|continued|here(?:['’]s| is)|picking up|resuming|(?:my )?apologies|sorry|i(?:['’]ll| will)|natürlich|gerne|bien sûr|voici|claro|por supuesto|はい|承知|好的|当然)[^\n]{0,400}[:.!…：。！]\n{1,2}/iu;

/** @param ended whether the message ended with it: talk is short, a text that goes on is not */
export function looksUseless(reply: string, ended: boolean): boolean {
  const beginning = reply.trimStart().slice(0, BEGINNING_CHARACTERS);
  if (beginning === '' || NEVER_TEXT.some((pattern) => pattern.test(beginning))) return true;
  const aboutItself = ABOUT_ITSELF.test(beginning);
  const talks = MAYBE_TALK.some((pattern) => pattern.test(beginning));
  return (
    (talks && (ended || aboutItself)) ||
    (aboutItself && PERHAPS_TALK.some((pattern) => pattern.test(beginning)))
  );
}

/**
 * How much of a reply is a preamble, its line ends (at most two) included; 0 for none. `Here is the list:` may be text.
 *
 * @param breaksASentence whether it stands in the midst of a sentence, where no text begins a paragraph
 */
export function preambleLength(reply: string, breaksASentence: boolean): number {
  const line = PREAMBLE.exec(reply)?.[0] ?? '';
  const announces = breaksASentence && !PERHAPS_TALK.some((pattern) => pattern.test(line));
  return announces || ABOUT_ITSELF.test(line) ? line.length : 0;
}

/**
 * A short reply that ends the message in the midst of a sentence: a model that goes on with one begins in lower case.
 * Where names or nouns do not, it is asked again: better than to take talk for the end of a text.
 */
export function isShortTalk(reply: string): boolean {
  if (reply.length >= LONGEST_SHORT_TALK) return false;
  // A mark alone (`.`, `…`) ends nothing that was cut in a word.
  const marksAlone = !/[\p{L}\p{N}]/u.test(reply);
  return marksAlone || /^["'“(*]*\p{Lu}/u.test(reply) || ABOUT_ITSELF.test(reply);
}

/** Whether a paragraph before the text is about the text, by its words. */
export function talksAboutItself(paragraph: string): boolean {
  return ABOUT_ITSELF.test(paragraph);
}
