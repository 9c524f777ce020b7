/** The package's main export: everything a program does with generations. The CLI stands on it. */
import { randomUUID } from 'node:crypto';
import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
} from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';
import type { GenerationMemo } from '../generation/durable.ts';
import { MOST_REQUEST_BYTES } from '../generation/durable.ts';
import { encodedBytes } from '../generation/encodedBytes.ts';
import type { GenerationRequest, Limits } from '../generation/request.ts';
import type { GenerationStatus, ResultDocument, StatusDocument } from '../generation/result.ts';
import { isEnded } from '../generation/result.ts';
import { validateRequest } from '../generation/validateRequest.ts';
import { requestDigest } from './digest.ts';
import { RefusedError, UnreachableError, isPassing } from './errors.ts';
import type { FollowEvent, FollowOptions } from './follow.ts';
import { followGeneration } from './follow.ts';
import type { ListFilter, ListedGeneration } from './list.ts';
import { listGenerations } from './list.ts';
import { Retries } from './retries.ts';
import { describeGeneration, takeSnapshot } from './snapshot.ts';
import { startGeneration } from './start.ts';

export interface ThroughlineClientOptions {
  taskQueue?: string;
  /** Told of what is odd but no error; by default nobody is. */
  warn?: (message: string) => void;
}

export interface ConnectOptions extends ThroughlineClientOptions {
  connection: ConnectionOptions;
  namespace?: string;
}

export interface Enqueued {
  id: string;
  status: GenerationStatus;
  /** True when a generation of this id and request was there already. */
  joined: boolean;
}

export interface RetryOverrides {
  limits?: Partial<Limits>;
  maxAttempts?: number;
}

export interface WaitOptions {
  /** Told each time Temporal is out of reach; waiting goes on. */
  onUnreachable?: (message: string) => void;
}

/** How long a start, or any single answer, may take before Temporal counts as out of reach. */
const ANSWER_MS = 5_000;
const BETWEEN_TRIES_MS = 1_000;

export class ThroughlineClient {
  readonly temporal: Client;
  readonly #taskQueue: string;
  readonly #warn: (message: string) => void;
  #retries: Retries | null = null;
  #isClosed = false;

  constructor(temporal: Client, options: ThroughlineClientOptions = {}) {
    this.temporal = temporal;
    this.#taskQueue = options.taskQueue ?? 'throughline';
    this.#warn = options.warn ?? (() => undefined);
  }

  /** @throws UnreachableError within seconds when no Temporal service answers */
  static async connect(options: ConnectOptions): Promise<ThroughlineClient> {
    const { connection: connectionOptions, namespace = 'default', ...rest } = options;
    try {
      const retries = new Retries();
      const connection = await Connection.connect({
        connectTimeout: ANSWER_MS,
        interceptors: [retries.interceptor],
        ...connectionOptions,
      });
      const client = new ThroughlineClient(new Client({ connection, namespace }), rest);
      client.#retries = retries;
      return client;
    } catch (error) {
      throw new UnreachableError(connectionOptions.address ?? 'localhost:7233', error);
    }
  }

  /** Whoever still waits for something gets an error. While Temporal is away, it takes some seconds. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#retries?.end();
    await this.temporal.connection.close();
  }

  /**
   * Enqueues a request document, or joins the generation of the same id and request, running or ended.
   * @throws RefusedError with every problem of the document, or when the id is in use for another request
   */
  async enqueue(document: unknown): Promise<Enqueued> {
    const request = checked(document);
    const digest = requestDigest(document as object);
    const startedBy = randomUUID();
    try {
      await startGeneration(this.temporal, {
        taskQueue: this.#taskQueue,
        input: { request, carried: null },
        digest,
        startedBy,
        conflict: 'USE_EXISTING',
        reuse: 'REJECT_DUPLICATE',
        warn: this.#warn,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    // Which request the run under this id was started with, only the run can tell: free of races.
    const memo = (await describeGeneration(this.temporal, request.id)).memo as
      Partial<GenerationMemo> | undefined;
    if (memo?.digest !== digest) {
      throw new RefusedError([
        `id is "${request.id}", which is in use for another request (message, fallbackModels, resume or maxTotalTokens differ). Choose another id.`,
      ]);
    }
    const joined = memo.startedBy !== startedBy;
    const status = joined ? (await takeSnapshot(this.temporal, request.id)).document.status : 'queued';
    return { id: request.id, status, joined };
  }

  /** The result document as it stands, text included. @throws RefusedError for an unknown id */
  async read(id: string): Promise<ResultDocument> {
    return (await takeSnapshot(this.temporal, id)).document;
  }

  /** The result document without its text. */
  async status(id: string): Promise<StatusDocument> {
    const { text: _text, ...status } = await this.read(id);
    return status;
  }

  /** Waits for the end, through outages of Temporal. */
  async result(id: string, options: WaitOptions = {}): Promise<ResultDocument> {
    for (;;) {
      try {
        await describeGeneration(this.temporal, id);
        await this.#untilClosed(id);
        const document = await this.read(id);
        if (isEnded(document.status)) return document;
      } catch (error) {
        if (!isPassing(error) || this.#isClosed) throw error;
        options.onUnreachable?.(messageOf(error));
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
      }
    }
  }

  /** The text from the beginning, then live until the end: only text that can no longer be taken away. */
  follow(id: string, options: FollowOptions = {}): AsyncGenerator<FollowEvent, ResultDocument> {
    return followGeneration(this.temporal, id, options);
  }

  async list(filter: ListFilter = {}): Promise<ListedGeneration[]> {
    return listGenerations(this.temporal, filter);
  }

  /** Returns when the request was accepted; cancelling an ended one changes nothing. */
  async cancel(id: string): Promise<{ id: string; status: GenerationStatus }> {
    const { status } = await this.read(id);
    if (!isEnded(status)) await this.temporal.workflow.getHandle(id).cancel();
    return { id, status };
  }

  /**
   * A new run of a generation that ended without being complete: same id, same request, going on from the kept text.
   * @throws RefusedError when it is still running, or complete
   */
  async retry(id: string, overrides: RetryOverrides = {}): Promise<Enqueued> {
    const { document, request } = await takeSnapshot(this.temporal, id);
    if (!isEnded(document.status)) {
      throw new RefusedError([
        `The generation "${id}" is ${document.status}: follow it, or cancel it first.`,
      ]);
    }
    if (document.status === 'complete') {
      throw new RefusedError([
        `The generation "${id}" is complete: there is nothing to retry. \`throughline result ${id}\` prints it.`,
      ]);
    }
    const again = checked({
      ...request,
      maxTotalTokens: request.maxTotalTokens ?? undefined,
      continuationPrompt: request.continuationPrompt ?? undefined,
      limits: { ...request.limits, ...overrides.limits },
      maxAttempts: overrides.maxAttempts ?? request.maxAttempts,
    });
    const { memo } = await describeGeneration(this.temporal, id);
    const { text, attempts, simulated } = document;
    try {
      await startGeneration(this.temporal, {
        taskQueue: this.#taskQueue,
        input: { request: again, carried: { text, attempts, simulated } },
        digest: String((memo as Partial<GenerationMemo> | undefined)?.digest),
        startedBy: randomUUID(),
        conflict: 'FAIL',
        reuse: 'ALLOW_DUPLICATE',
        warn: this.#warn,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      throw new RefusedError([
        `The generation "${id}" was retried by somebody else a moment ago: follow it.`,
      ]);
    }
    return { id, status: 'queued', joined: false };
  }

  /** Returns at the execution's end, however it ended. */
  async #untilClosed(id: string): Promise<void> {
    try {
      await this.temporal.workflow.getHandle(id).result();
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
    }
  }
}

function checked(document: unknown): GenerationRequest {
  const check = validateRequest(document);
  if (!check.ok) {
    throw new RefusedError(
      check.problems.map(({ path, received, repair }) => `${path} is ${received}: ${repair}.`),
    );
  }
  const request = { ...check.request, id: check.request.id ?? randomUUID() };
  const bytes = encodedBytes(request);
  if (bytes > MOST_REQUEST_BYTES) {
    throw new RefusedError([
      `message is ${bytes} bytes as JSON: give at most ${MOST_REQUEST_BYTES}; pass large documents by file id.`,
    ]);
  }
  return request;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
