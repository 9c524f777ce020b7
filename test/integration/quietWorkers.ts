/** Workers in the test's own process log nothing but errors: what they did, the tests say. */
import { DefaultLogger, Runtime } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });
