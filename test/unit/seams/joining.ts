/** One reply to a cut text, joined as an attempt would join it: by the project's own cut, anchor, question and joiner. */
import { AttemptText } from '../../../src/activities/attemptText.ts';
import { prepareAttempt } from '../../../src/activities/prepareAttempt.ts';
import type { Seam } from '../../../src/generation/attempt.ts';
import { placeCheckpoint } from '../../../src/generation/checkpoint.ts';
import { rungAfter } from '../../../src/generation/resume/ladder.ts';
import { safeCharacters } from '../../../src/generation/resume/cut.ts';
import { plan, request } from '../generation/builders.ts';

export interface Asked {
  partial: string;
  resume?: 'continuation' | 'prefill';
  /** Replies in a row that were rejected before this one. */
  rejections?: number;
  stopSequences?: readonly string[];
}

export interface Ending {
  stopReason: string;
  stopSequence: string | null;
}

export interface Outcome {
  text: string;
  /** Why the reply was rejected; null when it was not. */
  rejection: string | null;
  seam: Seam | null;
  /** What a follower had been shown before each delta, longest last. */
  shown: string;
  /** Whether a follower was shown what was later taken away. */
  takenBack: boolean;
}

export const WHOLE: Ending = { stopReason: 'end_turn', stopSequence: null };

export function prepared({ partial, resume = 'continuation', rejections = 0, stopSequences = [] }: Asked) {
  const asked = request({}, { stop_sequences: [...stopSequences] });
  const attempt = prepareAttempt(asked, partial, plan({ resume, rung: rungAfter(rejections) }), resume);
  const task =
    attempt.join.kind === 'flowing' || attempt.join.kind === 'rejected' ? null : taskOf(attempt.join);
  return { ...attempt, anchor: task?.anchor ?? '', cutText: partial.slice(0, attempt.cut.base) };
}

/** The text as whoever holds the partial text would know it now. */
function placed(partial: string, text: AttemptText): string {
  const now = placeCheckpoint(partial, text.checkpoint, false);
  if (now === null) throw new RangeError('a checkpoint leaves a hole');
  return now;
}

function taskOf(join: object): { anchor: string | null } | null {
  return 'task' in join ? (join.task as { anchor: string | null }) : null;
}

/** @param ending null: the stream broke off */
export function joinReply(asked: Asked, deltas: readonly string[], ending: Ending | null = WHOLE): Outcome {
  const { partial, stopSequences = [] } = asked;
  const text = AttemptText.behind(prepared(asked), partial);
  let shown = partial.slice(0, safeCharacters(partial, stopSequences));
  let takenBack = false;
  const look = (now: string, all: boolean): void => {
    const safe = all ? now : now.slice(0, safeCharacters(now, stopSequences));
    if (!now.startsWith(shown)) takenBack = true;
    if (safe.length > shown.length) shown = safe;
  };
  for (const delta of deltas) {
    const verdict = text.receive(delta);
    look(placed(partial, text), false);
    if (verdict === 'stop') break;
  }
  if (text.textEndsAt === null && text.rejection === null) {
    if (ending === null) text.breakOff();
    else text.end(ending);
  }
  const kept = placed(partial, text).slice(0, text.textEndsAt ?? undefined);
  look(kept, ending !== null && text.rejection === null);
  return { text: kept, rejection: text.rejection, seam: text.seam, shown, takenBack };
}
