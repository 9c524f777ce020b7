/** The project's own lint rules, for `.oxlintrc.json`. A default export because oxlint asks for one. */
import { arrows } from './arrows.js';
import { heartbeatWithDetails } from './heartbeatWithDetails.js';

export default {
  meta: { name: 'throughline' },
  rules: { arrows, 'heartbeat-with-details': heartbeatWithDetails },
};
