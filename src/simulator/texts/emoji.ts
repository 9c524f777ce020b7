/** Prose in which every few words is a character made of many: what a cut in its midst would leave is no character. */
import type { Random } from '../random.ts';
import { paragraphs } from './paragraphs.ts';
import type { Piece } from './pieces.ts';
import { capitalised, title, words } from './prose.ts';

const CLUSTERS: readonly [string, ...string[]] = [
  // Joined by U+200D, the longest with skin tones besides.
  ...(['👩‍👩‍👧‍👦', '👩🏽‍🚀', '🧑🏿‍🤝‍🧑🏻', '🏳️‍🌈', '❤️‍🔥', '🐻‍❄️', '🧔🏻‍♂️', '👨‍💻'] as const),
  // Flags: two regional indicators each, and one spelled with tag characters.
  ...(['🇯🇵', '🇩🇪', '🇧🇷', '🇪🇺', '🇳🇿', '🏴󠁧󠁢󠁷󠁬󠁳󠁿'] as const),
  // Skin tones.
  ...(['👍🏽', '👋🏿', '🤌🏻', '🙏🏾'] as const),
  // Combining marks, one and several.
  ...([
    'e\u0301te\u0301',
    'man\u0303ana',
    'A\u030angstro\u0308m',
    'Z\u0351\u0366a\u0325l\u0323\u0307go',
    'นี้',
    '가'.normalize('NFD'),
  ] as const),
  // Keycaps, and variation selectors for picture and for text.
  ...(['1\ufe0f\u20e3', '9\ufe0f\u20e3', '#\ufe0f\u20e3', '☂\ufe0f', '☎\ufe0e'] as const),
  ...(['🌊', '🚂', '😀', '🎉'] as const),
];

export function emojiProse(random: Random): Generator<Piece> {
  return paragraphs(random, {
    heading: (chance) => `${chance.pick(CLUSTERS)} ${title(chance)}`,
    sentence,
    gap: (chance) => (chance.oneIn(5) ? ` ${chance.pick(CLUSTERS)} ` : ' '),
    indent: '',
  });
}

function sentence(random: Random): string {
  const parts = Array.from({ length: 3 + random.below(3) }, () => {
    const clusters = Array.from({ length: random.oneIn(4) ? 3 : 1 }, () => random.pick(CLUSTERS)).join('');
    return `${words(random, 1 + random.below(2))}${random.oneIn(4) ? '' : ' '}${clusters}`;
  });
  return `${capitalised(parts.join(' '))}${random.pick(['.', '.', '!', '?'])}`;
}
