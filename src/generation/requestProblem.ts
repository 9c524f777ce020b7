/** One thing wrong: `path` as one would write it in JavaScript, the value received, and what to do. */
export interface RequestProblem {
  path: string;
  received: string;
  repair: string;
}

export function problem(path: string, received: unknown, repair: string): RequestProblem {
  return { path, received: excerpt(received), repair };
}

function excerpt(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text =
    typeof value === 'string' && !/[^\w ]/.test(value)
      ? `"${value}"`
      : (JSON.stringify(value) ?? typeof value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
