/** Stop reasons after which nothing of the text is missing. Any other, known or not yet known, leaves it incomplete. */
const WHOLE_STOP_REASONS = ['end_turn', 'stop_sequence'];

export function isWhole(stopReason: string): boolean {
  return WHOLE_STOP_REASONS.includes(stopReason);
}
