/**
 * What a prompt itself may ask of the simulator, in square brackets anywhere in the user's words, so that one
 * simulator can serve many different conversations at once:
 *
 * - `[characters: 3000]`: about how long the text is to be
 * - `[text: poetry]`: its kind, see `texts/kinds.ts`
 * - `[answers: empty, direct, echo]`: how its continuation questions are answered, see `behaviours.ts`
 * - `[cut: 1234]`: its first request is reset after so many characters
 *
 * Each comes before the profile; of two of the same name the first counts. Pure.
 */
import { BEHAVIOURS } from './behaviours.ts';
import type { Behaviour } from './behaviours.ts';
import type { Settings } from './profile.ts';
import { TEXT_KINDS } from './texts/kinds.ts';
import type { TextKind } from './texts/kinds.ts';

/** What the profile decides is absent. */
export interface Directives {
  textKind?: TextKind;
  answers?: readonly [Behaviour, ...Behaviour[]];
  cutAfterCharacters?: number;
  /** A slip of the pen must not pass for a choice: with problems, the request is refused. */
  problems: readonly string[];
}

/**
 * All but the length, which `askedCharacters` reads.
 *
 * In divergent mode `[text: …]` is ignored, whatever it says: there all text is prose.
 */
export function readDirectives(userText: string, { divergent }: Pick<Settings, 'divergent'>): Directives {
  const problems: string[] = [];
  const oneOf = <Name extends string>(
    written: string,
    name: string,
    { what, names }: { what: string; names: readonly Name[] },
  ): Name | null => {
    const known = names.find((each) => each === name);
    if (known !== undefined) return known;
    problems.push(`${written}: ${JSON.stringify(name)} is no ${what}; write one of ${names.join(', ')}`);
    return null;
  };

  const directives: Directives = { problems };
  const text = divergent ? null : find(userText, 'text');
  if (text !== null) {
    const kind = oneOf(text.written, text.value, { what: 'kind of text', names: TEXT_KINDS });
    if (kind !== null) directives.textKind = kind;
  }
  const answers = find(userText, 'answers');
  if (answers !== null) {
    const [first, ...others] = answers.value
      .split(',')
      .map((name) => oneOf(answers.written, name.trim(), { what: 'behaviour', names: BEHAVIOURS }))
      .filter((behaviour) => behaviour !== null);
    if (first !== undefined) directives.answers = [first, ...others];
  }
  const cut = find(userText, 'cut');
  if (cut !== null) {
    if (/^\d{1,7}$/.test(cut.value)) directives.cutAfterCharacters = Number(cut.value);
    else problems.push(`${cut.written}: write a whole number of characters, of seven digits at most`);
  }
  return directives;
}

function find(userText: string, name: string): { written: string; value: string } | null {
  const found = new RegExp(`\\[${name}:([^\\]\\n]*)\\]`).exec(userText);
  return found === null ? null : { written: found[0], value: (found[1] ?? '').trim() };
}
