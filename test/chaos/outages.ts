/** Asking a server that may be away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from '../../src/client/errors.ts';

const BETWEEN_TRIES_MS = 300;

/** As often as it takes, until the server answers; any other error is thrown. `again`: a try before may have got through. */
export async function throughOutages<Answer>(ask: (again: boolean) => Promise<Answer>): Promise<Answer> {
  for (let again = false; ; again = true) {
    try {
      return await ask(again);
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sleep(BETWEEN_TRIES_MS);
    }
  }
}
