/** What a generation is asked to be. The document's outside form is described in README.md, "Request document". */

/** A content block of the Messages API. Only the fields the project looks at are typed; the rest passes through. */
export interface ContentBlock {
  type: string;
  text?: string;
  [field: string]: unknown;
}

export interface Message {
  role: 'user' | 'assistant';
  content: string | ContentBlock[];
}

/** A Messages API request, `stream` left out: streaming is this project's business. */
export interface MessageRequest {
  model: string;
  max_tokens: number;
  messages: Message[];
  stop_sequences?: string[];
  thinking?: { type: string; budget_tokens?: number; [field: string]: unknown };
  [field: string]: unknown;
}

/** The limits of time, in milliseconds. Each but `totalMs` bounds one phase of one attempt. */
export interface Limits {
  /** From sending the request to the response's headers. */
  connectMs: number;
  /** From the headers to the first non-empty text or thinking delta. */
  firstTokenMs: number;
  /** The longest silence while a thinking block is open, after one closed, or between blocks. */
  thinkingMs: number;
  /** The longest silence while a text block is open and has had text. */
  interTokenMs: number;
  /** The generation's whole budget, from enqueue, waiting in the queue included. */
  totalMs: number;
}

/** From others' p99 and peaks, some way above them; `tune` will measure one's own. */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  connectMs: 30_000,
  firstTokenMs: 120_000,
  thinkingMs: 180_000,
  interTokenMs: 25_000,
  totalMs: 1_800_000,
};

export const DEFAULT_MAX_ATTEMPTS = 20;

/** How a cut text may be continued. `auto` takes what the model table says. */
export const RESUME_CHOICES = ['auto', 'prefill', 'continuation', 'restart'] as const;
export type ResumeChoice = (typeof RESUME_CHOICES)[number];

/** A request document with nothing left open: what the workflow is started with. */
export interface GenerationRequest {
  id: string;
  message: MessageRequest;
  fallbackModels: string[];
  limits: Limits;
  resume: ResumeChoice;
  /** Whether received text may be thrown away when nothing else works. True whenever `resume` is `restart`. */
  allowRestart: boolean;
  maxAttempts: number;
  /** Absent: a stop at `max_tokens` ends the generation. Present: it goes on, up to this many output tokens. */
  maxTotalTokens: number | null;
  /** The question by which a model is asked to go on, in the request's own words; see `resume/question.ts`. */
  continuationPrompt: string | null;
}
