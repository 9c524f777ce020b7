/**
 * Which models continue an assistant's partial message (prefill).
 *
 * Source: the Messages API's documentation on prefill, read 2026-11: 4.6 and every later model answer 400. The Models
 * API has no field for it, hence a table; a 400 about prefill corrects it for the worker that met it.
 */
import type { MessageRequest } from './request.ts';

/** Beginnings of model ids that accept prefill. Sonnet 4.5 is to leave the API on 2026-11-30. */
const PREFILL_MODELS = ['claude-haiku-4-5', 'claude-opus-4-5', 'claude-sonnet-4-5'] as const;

/** An unknown model is tried the modern way: no prefill. */
export function acceptsPrefill(model: string): boolean {
  return PREFILL_MODELS.some((prefix) => model === prefix || model.startsWith(`${prefix}-`));
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
