/** How large a value is as JSON in UTF-8, the form in which Temporal stores it. */
export function encodedBytes(value: unknown): number {
  // Neither Node's `Buffer` nor anything else that the workflow sandbox lacks.
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
