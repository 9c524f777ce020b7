/**
 * The search attributes by which generations can be found. In plain names, so that the server's set-up, the client
 * and the workflow agree without sharing anything of Temporal's. Never text: search attributes are not encrypted.
 */
export const SEARCH_ATTRIBUTES = {
  model: 'ThroughlineModel',
  status: 'ThroughlineStatus',
  attempts: 'ThroughlineAttempts',
} as const;
