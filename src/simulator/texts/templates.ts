/** Sentences from a template: enough grammar for languages whose words do not stand in any order. */
import type { Random } from '../random.ts';

export interface Grammar {
  /** Whole sentences, with the names of lists in braces: `{person}は{place}にいた。` */
  templates: readonly [string, ...string[]];
  lists: Readonly<Record<string, readonly [string, ...string[]]>>;
}

export function fromTemplate(random: Random, { templates, lists }: Grammar): string {
  return random.pick(templates).replaceAll(/\{(\w+)\}/g, (_slot, name: string) => {
    const list = lists[name];
    if (list === undefined) {
      throw new TypeError(
        `A template asks for the list "${name}", which is none of ${Object.keys(lists).join(', ')}. Add the list, or mend the template.`,
      );
    }
    return random.pick(list);
  });
}
