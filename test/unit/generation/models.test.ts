import { describe, expect, it } from 'vitest';
import { acceptsPrefill, hasJsonOutputFormat, prefillObstacle } from '../../../src/generation/models.ts';
import { message } from './builders.ts';

describe('a model', () => {
  it.each(['claude-haiku-4-5', 'claude-haiku-4-5-20251001', 'claude-opus-4-5', 'claude-sonnet-4-5-20250929'])(
    '%s accepts prefill',
    (model) => expect(acceptsPrefill(model)).toBe(true),
  );

  it.each([
    'claude-sonnet-5',
    'claude-opus-4-6',
    'claude-haiku-4-50',
    'my-claude-haiku-4-5',
    'a-model-of-tomorrow',
  ])('%s is tried without prefill', (model) => expect(acceptsPrefill(model)).toBe(false));
});

describe('a request forbids prefill', () => {
  it.each([
    [{}, null],
    [{ thinking: { type: 'disabled' } }, null],
    [{ thinking: { type: 'enabled', budget_tokens: 1_024 } }, 'extended thinking is on'],
    [{ thinking: { type: 'adaptive' } }, 'extended thinking is on'],
    [{ output_config: { effort: 'high' } }, null],
    [{ output_config: { format: { type: 'json_schema' } } }, 'a JSON output format is set'],
    [{ output_format: { type: 'json_schema' } }, 'a JSON output format is set'],
  ])('%j: %s', (fields, obstacle) => {
    expect(prefillObstacle(message(fields))).toBe(obstacle);
  });

  it.each([{ output_config: null }, { output_config: { format: null } }, { output_format: null }])(
    'by no JSON output format in %j',
    (fields) => expect(hasJsonOutputFormat(message(fields))).toBe(false),
  );
});
