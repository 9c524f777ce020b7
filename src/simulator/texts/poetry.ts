/** A poem: what came word for word before comes again and again, so no line tells where in the text it stands. */
import type { Random } from '../random.ts';
import { opening, whole } from './pieces.ts';
import type { Piece } from './pieces.ts';
import { capitalised, title, words } from './prose.ts';

/** Of the whole refrain, in one line or two. */
const SHORTEST_REFRAIN = 40;
const LONGEST_REFRAIN = 90;

export function* poem(random: Random): Generator<Piece> {
  yield opening(`# ${title(random)}`);
  const refrain = writeRefrain(random);
  for (;;) {
    yield opening(`\n\n${stanza(random)}`);
    yield whole(`\n\n${refrain}`);
  }
}

/** Three to five lines; in some stanzas one of them is said twice in a row. */
function stanza(random: Random): string {
  const lines = Array.from({ length: 3 + random.below(3) }, () => line(random));
  const again = random.below(lines.length);
  return (random.oneIn(3) ? lines.toSpliced(again, 0, lines[again] ?? '') : lines).join('\n');
}

function line(random: Random): string {
  return `${capitalised(words(random, 4 + random.below(4)))}${random.pick(['', '', ',', ';', '.'])}`;
}

/** Drawn until the length fits. The bounds are wide: the second draw fits nearly always. */
function writeRefrain(random: Random): string {
  for (;;) {
    const [first, second] = [capitalised(words(random, 5)), capitalised(words(random, 5))];
    const refrain = random.oneIn(2) ? `${first}, ${words(random, 4)}.` : `${first},\n${second}.`;
    if (refrain.length >= SHORTEST_REFRAIN && refrain.length <= LONGEST_REFRAIN) return refrain;
  }
}
