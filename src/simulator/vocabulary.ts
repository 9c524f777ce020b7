/** What the simulated prose is made of. Several entries are here to break careless readers of bytes and events. */

type Words = readonly [string, ...string[]];

export const WORDS: Words = [
  ...(['the', 'a', 'of', 'and', 'to', 'in', 'that', 'with', 'for', 'on', 'from', 'under', 'over'] as const),
  ...(['river', 'lantern', 'harbour', 'winter', 'garden', 'letter', 'engine', 'island', 'window'] as const),
  ...(['market', 'teacher', 'bridge', 'copper', 'forest', 'kitchen', 'ladder', 'meadow', 'orchard'] as const),
  ...(['paper', 'quarry', 'railway', 'signal', 'timber', 'valley', 'weather', 'archive', 'beacon'] as const),
  ...(['carries', 'crosses', 'follows', 'gathers', 'hears', 'keeps', 'leaves', 'mends', 'opens'] as const),
  ...(['remembers', 'returns', 'sends', 'turns', 'waits', 'watches', 'writes', 'answers', 'begins'] as const),
  ...(['quiet', 'narrow', 'early', 'patient', 'bright', 'distant', 'heavy', 'plain', 'sudden'] as const),
  ...([
    'slowly',
    'again',
    'already',
    'almost',
    'seldom',
    'together',
    'twice',
    'upstream',
    'homeward',
  ] as const),
  ...(['captain', 'neighbour', 'stranger', 'miller', 'printer', 'sailor', 'surveyor', 'widow'] as const),
  ...(['morning', 'evening', 'autumn', 'thunder', 'gravel', 'linen', 'marble', 'velvet', 'willow'] as const),
  ...(['seventeen', 'forty-two', '1893', '3,600', 'half-finished', 'well-known'] as const),
];

/** Two, three and four bytes of UTF-8; joined emoji, a flag, and a letter with a combining accent. */
export const MULTI_BYTE_WORDS: Words = [
  ...(['café', 'naïve', 'Zürich', 'Ærø', 'Ελλάδα', 'Москва', '日本語', '東京', '한국어', 'नमस्ते'] as const),
  ...(['☂', '🌊', '🚂', '👩‍👩‍👧‍👦', '👩🏽‍🚀', '🏳️‍🌈', '🇯🇵', 'e\u0301tude', '—'] as const),
];

/** Sentences that look like the end of a stream to whoever searches the bytes instead of parsing the events. */
export const TRAP_SENTENCES: Words = [
  'The last page of the log said only "message_stop", and nobody believed it.',
  'On the wall someone had painted data: [DONE] in white letters.',
  'He typed event: message_stop and went on writing all the same.',
  'A note read {"type":"message_stop"}, folded twice.',
];
