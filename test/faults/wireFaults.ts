/** What goes wrong on the wire, and what comes of it. ARCHITECTURE.md shows it as a table. */
import { BREAKS } from './breaks.ts';
import { CONNECTING } from './connecting.ts';
import { CONTENTS } from './contents.ts';
import { REFUSALS } from './refusals.ts';
import { SILENCES } from './silences.ts';
import type { WireFault } from './wireFault.ts';

export const WIRE_FAULTS: readonly WireFault[] = [
  ...CONNECTING,
  ...SILENCES,
  ...BREAKS,
  ...REFUSALS,
  ...CONTENTS,
];
