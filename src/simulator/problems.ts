/** zod's issues in this project's words: where, what was received, what to write instead. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** The problems that one issue of a profile stands for. */
export function describeProblem(issue: Issue, profile: unknown): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return `${pathOf(path)} is no field of a profile (received ${shown(valueAt(profile, path))}): remove it or mend its name.`;
    });
  }
  return [`${pathOf(issue.path)}: received ${shown(valueAt(profile, issue.path))}; ${repairOf(issue)}.`];
}

function repairOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `write ${KINDS[issue.expected] ?? `a value of type ${issue.expected}`}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'do not leave it empty'
        : `write ${String(issue.minimum)} or more`;
    case 'too_big':
      return `write ${String(issue.maximum)} or less`;
    case 'invalid_value':
      return `write ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'invalid_key':
      return 'name headers with letters, digits and hyphens only';
    case 'invalid_union': {
      if ('options' in issue && Array.isArray(issue.options)) {
        return `write one of ${issue.options.map((option) => JSON.stringify(option)).join(', ')}`;
      }
      const repairs = issue.errors.flatMap((issues) => issues.slice(0, 1).map(repairOf));
      return repairs.length > 0 ? repairs.join(', or ') : 'write a value that the documentation names';
    }
    case 'invalid_format':
      return 'leave control characters and line ends out';
    case 'custom':
      return issue.message;
    default:
      return `write a value that fits (${issue.message})`;
  }
}

const KINDS: Partial<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text in quotes',
  boolean: 'true or false',
  array: 'a list in square brackets',
  object: 'an object in braces',
  record: 'an object in braces',
};

function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the profile';
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** Long values are cut: a problem is one line to read. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  // NaN and Infinity, which JSON does not have, come from programs.
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
