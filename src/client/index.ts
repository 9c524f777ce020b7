export type {
  AttemptOutcome,
  AttemptRecord,
  Phase,
  Resume,
  Seam,
  SeamKind,
  Silence,
  Usage,
} from '../generation/attempt.ts';
export type { GenerationError } from '../generation/error.ts';
export type { Limits, MessageRequest, ResumeChoice } from '../generation/request.ts';
export type { GenerationStatus, ResultDocument, StatusDocument } from '../generation/result.ts';
export { RefusedError, UnreachableError } from './errors.ts';
export type { FollowEvent, FollowOptions } from './follow.ts';
export type { ListFilter, ListedGeneration } from './list.ts';
export type { LiveAttempt } from './snapshot.ts';
export type {
  ConnectOptions,
  Enqueued,
  RetryOverrides,
  ThroughlineClientOptions,
  WaitOptions,
} from './throughlineClient.ts';
export { ThroughlineClient } from './throughlineClient.ts';
