/** Watches one stream from a scripted server, with short limits, and keeps what came. */
import { createClaudeClient } from '../../../src/claude/client.ts';
import { watchStream } from '../../../src/claude/watchedStream.ts';
import type { StreamEnd, StreamProgress, WatchOptions } from '../../../src/claude/watchedStream.ts';

export const CREDENTIALS = { apiKey: 'key', authToken: null, httpsProxy: null, noProxy: null };
export const MESSAGE = {
  model: 'claude-test',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Hi' }],
};
/** Long enough not to matter; a test shortens the one it is about. */
export const LIMITS = { connectMs: 5000, firstTokenMs: 5000, thinkingMs: 5000, interTokenMs: 5000 };

export interface Watching {
  texts: string[];
  text(): string;
  progress(): StreamProgress;
  ended: Promise<StreamEnd>;
  controller: AbortController;
  /** Resolves once this much text has come. */
  has(text: string): Promise<void>;
}

type Overrides = Partial<Omit<WatchOptions, 'limits'>> & { limits?: Partial<typeof LIMITS> };

export function watch(baseUrl: string, overrides: Overrides = {}): Watching {
  const texts: string[] = [];
  const waiting: { text: string; resolve: () => void }[] = [];
  const controller = new AbortController();
  const stream = watchStream({
    client: createClaudeClient({ ...CREDENTIALS, baseUrl }),
    message: MESSAGE,
    signal: controller.signal,
    onText: (text) => {
      texts.push(text);
      for (const { text: awaited, resolve } of waiting) if (texts.join('') === awaited) resolve();
      return 'go_on';
    },
    ...overrides,
    limits: { ...LIMITS, ...overrides.limits },
  });
  return {
    texts,
    text: () => texts.join(''),
    progress: stream.progress,
    ended: stream.ended,
    controller,
    has: (text) =>
      texts.join('') === text
        ? Promise.resolve()
        : new Promise((resolve) => void waiting.push({ text, resolve })),
  };
}

export function afterMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
