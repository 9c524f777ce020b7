/** What a generation needs of the namespace, set on the embedded server once it answers. All of it is idempotent. */
import type { Connection } from '@temporalio/client';
import { isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import temporalProto from '@temporalio/proto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../generation/searchAttributes.ts';

export const NAMESPACE = 'default';

/** start-dev keeps closed workflows for 24 hours; a text should outlive a long weekend. */
const RETENTION_DAYS = 30;
const DAY_MS = 86_400_000;

const { IndexedValueType } = temporalProto.temporal.api.enums.v1;
const SEARCH_ATTRIBUTE_TYPES: Readonly<Record<string, number>> = {
  [SEARCH_ATTRIBUTES.model]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  [SEARCH_ATTRIBUTES.status]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  [SEARCH_ATTRIBUTES.attempts]: IndexedValueType.INDEXED_VALUE_TYPE_INT,
};

/** A query that names every attribute: the server refuses it until it knows them all. */
const QUERY_OF_ALL = `${SEARCH_ATTRIBUTES.model} = '-' AND ${SEARCH_ATTRIBUTES.status} = '-' AND ${SEARCH_ATTRIBUTES.attempts} = 0`;

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const UNAVAILABLE = 14;
const POLL_MS = 25;

/** Waits until the namespace answers, sets its retention and its search attributes, waits until they are usable. */
export async function prepareNamespace(connection: Connection, signal: AbortSignal): Promise<void> {
  await answered([NOT_FOUND, UNAVAILABLE], signal, () =>
    connection.workflowService.describeNamespace({ namespace: NAMESPACE }),
  );
  await connection.workflowService.updateNamespace({
    namespace: NAMESPACE,
    config: { workflowExecutionRetentionTtl: msToTs(RETENTION_DAYS * DAY_MS) },
  });
  await addSearchAttributes(connection);
  await answered([INVALID_ARGUMENT], signal, () =>
    connection.workflowService.countWorkflowExecutions({ namespace: NAMESPACE, query: QUERY_OF_ALL }),
  );
}

async function addSearchAttributes(connection: Connection): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({
    namespace: NAMESPACE,
  });
  const missing = Object.entries(SEARCH_ATTRIBUTE_TYPES).filter(
    ([name]) => customAttributes[name] === undefined,
  );
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTE_TYPES)) {
    const found = customAttributes[name];
    if (found === undefined || found === type) continue;
    throw new Error(
      `the search attribute ${name} of namespace ${NAMESPACE} is registered as ${IndexedValueType[found]}, ` +
        `not as ${IndexedValueType[type]}. Remove it (temporal operator search-attribute remove), or start on another --db file.`,
    );
  }
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace: NAMESPACE,
      searchAttributes: Object.fromEntries(missing),
    });
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== ALREADY_EXISTS) throw error;
  }
}

/** Calls until the answer is none of `unready`; any other error, and the signal's reason, are thrown. */
async function answered<T>(
  unready: readonly number[],
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isGrpcServiceError(error) || !unready.includes(error.code)) throw error;
    }
    signal.throwIfAborted();
    await sleep(POLL_MS);
  }
}
