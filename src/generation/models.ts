/**
 * What the models can do that matters for a resume.
 *
 * Source: the Messages API's documentation on prefill and on extended thinking, and the model ids of SDK 1.12.0, read
 * 2026-11-25. 4.6 and every later model answer 400 to a prefill. The Models API has no field for either, hence a
 * table; a 400 about prefill corrects it for the worker that met it.
 */
import type { MessageRequest } from './request.ts';

interface Capabilities {
  /** Goes on with an assistant message that comes last. */
  prefill: boolean;
  /** Thinks without being asked to, and cannot be told not to. */
  alwaysThinks: boolean;
}

const PREFILLS: Capabilities = { prefill: true, alwaysThinks: false };
const MODERN: Capabilities = { prefill: false, alwaysThinks: false };
const THINKER: Capabilities = { prefill: false, alwaysThinks: true };
/** An unknown model is tried the modern way; that it does not think is not to be relied on. */
const UNKNOWN = THINKER;

const MODELS: ReadonlyMap<string, Capabilities> = new Map([
  ['claude-haiku-4-5', PREFILLS],
  ['claude-opus-4-5', PREFILLS],
  // To leave the API on 2026-11-30.
  ['claude-sonnet-4-5', PREFILLS],
  ['claude-sonnet-4-6', MODERN],
  ['claude-opus-4-6', MODERN],
  ['claude-opus-4-7', MODERN],
  ['claude-opus-4-8', MODERN],
  ['claude-sonnet-5', MODERN],
  ['claude-sonnet-5-5', MODERN],
  ['claude-haiku-5-5', MODERN],
  ['claude-opus-5', MODERN],
  ['claude-opus-5-5', THINKER],
  ['claude-fable-5', THINKER],
  ['claude-fable-5-1', THINKER],
  ['claude-fable-5-2', THINKER],
  ['claude-mythos-5-2', THINKER],
]);

/** Gateways put their own names before the id, and a date or a version stands behind it. */
const MODEL_ID =
  /^(?:(?:[a-z]{2,6}\.)?anthropic[./])?(claude-[a-z]+-\d{1,2}(?:-\d{1,2})?)(?:$|-\d{8}|-latest$|-v\d|[@:[])/;

function capabilitiesOf(model: string): Capabilities {
  return MODELS.get(MODEL_ID.exec(model)?.[1] ?? '') ?? UNKNOWN;
}

export function acceptsPrefill(model: string): boolean {
  return capabilitiesOf(model).prefill;
}

/**
 * Whether a model's thinking takes tokens of `max_tokens` that nobody can reckon: it has no budget of its own, or
 * nobody knows the model.
 */
export function thinksUnbounded(model: string, message: MessageRequest): boolean {
  const thinking = message.thinking;
  if (thinking === undefined || thinking.type === 'disabled') return capabilitiesOf(model).alwaysThinks;
  return thinking.budget_tokens === undefined;
}

/** What, in the request itself, forbids prefill on any model; null when nothing does. */
export function prefillObstacle(message: MessageRequest): string | null {
  const thinking = message.thinking?.type;
  if (thinking !== undefined && thinking !== 'disabled') return 'extended thinking is on';
  if (hasJsonOutputFormat(message)) return 'a JSON output format is set';
  return null;
}

/** A reply bound to a JSON schema begins anew every time: it bears no seam. */
export function hasJsonOutputFormat(message: MessageRequest): boolean {
  const outputConfig = message['output_config'];
  const nested = typeof outputConfig === 'object' && outputConfig !== null && 'format' in outputConfig;
  return (nested && outputConfig.format != null) || message['output_format'] != null;
}
