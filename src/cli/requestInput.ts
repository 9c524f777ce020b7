/** The request document of `generate` and `enqueue`, from a prompt, a file or a document, and the options over it. */
import { MOST_REQUEST_BYTES } from '../generation/durable.ts';
import type { Limits } from '../generation/request.ts';
import { validateRequest } from '../generation/validateRequest.ts';
import { parseDuration } from './duration.ts';
import type { Read } from './inputFile.ts';
import { parseJson } from './inputFile.ts';

export const DEFAULT_MODEL = 'claude-sonnet-5-5';
export const DEFAULT_MAX_TOKENS = 8_192;

/** As they were written: parsed here, not by commander, which stops at the first bad one. */
export interface LimitOptions {
  connect?: string;
  firstToken?: string;
  thinking?: string;
  interToken?: string;
  total?: string;
  maxAttempts?: string;
}

export interface RequestOptions extends LimitOptions {
  file?: string;
  request?: string;
  id?: string;
  model?: string;
  maxTokens?: string;
  system?: string;
  resume?: string;
  maxTotalTokens?: string;
  allowRestart?: boolean;
}

export type BuiltRequest =
  { ok: true; document: Record<string, unknown> } | { ok: false; problems: readonly string[] };

/** Reads the file that `flag` names. */
export type ReadInput = (path: string, flag: string) => Promise<Read<string>>;

/** Nothing here is sent: a request that is refused later would be refused here, with every other problem. */
export async function buildRequest(
  prompt: string | undefined,
  options: RequestOptions,
  read: ReadInput,
): Promise<BuiltRequest> {
  const problems: string[] = [];
  const overrides = readOverrides(options, problems);
  const base = await baseDocument(prompt, options, read, problems);
  if (base === null) return { ok: false, problems };
  const document = isObject(base.found) ? withOverrides(base.found, options, overrides) : base.found;
  problems.push(...documentProblems(document));
  return problems.length === 0 && isObject(document) ? { ok: true, document } : { ok: false, problems };
}

/** Every problem of a request document, each a sentence. */
export function documentProblems(document: unknown): string[] {
  const check = validateRequest(document);
  if (!check.ok)
    return check.problems.map(({ path, received, repair }) => `${path} is ${received}: ${repair}.`);
  const bytes = Buffer.byteLength(JSON.stringify(check.request));
  if (bytes <= MOST_REQUEST_BYTES) return [];
  return [
    `message is ${bytes} bytes as JSON: give at most ${MOST_REQUEST_BYTES}; pass large documents by file id.`,
  ];
}

/** The limits that were given; what is wrong with them goes to `problems`. */
export function readLimits(options: LimitOptions, problems: string[]): Partial<Limits> {
  const limits: Partial<Limits> = {};
  const take = (field: keyof Limits, flag: string, text: string | undefined): void => {
    if (text === undefined) return;
    const parsed = parseDuration(text);
    if (parsed.ok) limits[field] = parsed.ms;
    else problems.push(`${flag} is "${text}": ${parsed.repair}.`);
  };
  take('connectMs', '--connect', options.connect);
  take('firstTokenMs', '--first-token', options.firstToken);
  take('thinkingMs', '--thinking', options.thinking);
  take('interTokenMs', '--inter-token', options.interToken);
  take('totalMs', '--total', options.total);
  return limits;
}

/** A whole number of 1 or more; undefined when absent, or wrong and told. */
export function readCount(text: string | undefined, flag: string, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= 1) return count;
  problems.push(`${flag} is "${text}": give a whole number of 1 or more.`);
  return undefined;
}

interface Overrides {
  limits: Partial<Limits>;
  maxTokens: number | undefined;
  maxAttempts: number | undefined;
  maxTotalTokens: number | undefined;
}

function readOverrides(options: RequestOptions, problems: string[]): Overrides {
  return {
    maxTokens: readCount(options.maxTokens, '--max-tokens', problems),
    maxAttempts: readCount(options.maxAttempts, '--max-attempts', problems),
    maxTotalTokens: readCount(options.maxTotalTokens, '--max-total-tokens', problems),
    limits: readLimits(options, problems),
  };
}

/** Null when there is none and `problems` say why; what was found may be anything that JSON can say. */
async function baseDocument(
  prompt: string | undefined,
  { file, request }: RequestOptions,
  read: ReadInput,
  problems: string[],
): Promise<{ found: unknown } | null> {
  const inputs = [
    ...(prompt === undefined ? [] : ['a PROMPT']),
    ...(file === undefined ? [] : [`--file ${file}`]),
    ...(request === undefined ? [] : [`--request ${request}`]),
  ];
  if (inputs.length !== 1) {
    const received = inputs.length === 0 ? 'nothing' : inputs.join(' and ');
    problems.push(`The input is ${received}: give exactly one of PROMPT, --file FILE and --request FILE.`);
    return null;
  }
  if (prompt !== undefined) return { found: promptDocument(prompt) };

  const [path, flag] = file === undefined ? [request ?? '', '--request'] : [file, '--file'];
  const text = await read(path, flag);
  if (!text.ok) {
    problems.push(text.problem);
    return null;
  }
  if (file !== undefined) return { found: promptDocument(text.value) };
  const parsed = parseJson(text.value, `${flag} "${path}"`);
  if (parsed.ok) return { found: parsed.value };
  problems.push(parsed.problem);
  return null;
}

function promptDocument(prompt: string): Record<string, unknown> {
  const messages = [{ role: 'user', content: prompt }];
  return { message: { model: DEFAULT_MODEL, max_tokens: DEFAULT_MAX_TOKENS, messages } };
}

function withOverrides(
  base: Record<string, unknown>,
  { id, model, system, resume, allowRestart }: RequestOptions,
  { limits, maxTokens, maxAttempts, maxTotalTokens }: Overrides,
): Record<string, unknown> {
  const { message, limits: baseLimits } = base;
  const document = {
    ...base,
    ...given({
      id,
      resume,
      maxAttempts,
      maxTotalTokens,
      allowRestart: allowRestart === true ? true : undefined,
    }),
  };
  // What is no object stays as it is, so that it is refused as what it is.
  if (isObject(message))
    document['message'] = { ...message, ...given({ model, system, max_tokens: maxTokens }) };
  if (Object.keys(limits).length === 0) return document;
  if (baseLimits === undefined) document['limits'] = limits;
  else if (isObject(baseLimits)) document['limits'] = { ...baseLimits, ...limits };
  return document;
}

function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
