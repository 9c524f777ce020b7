/**
 * Who may enter whom: every room under src/, and what its files may import. ARCHITECTURE.md has the reasons.
 *
 * An own rule, not `no-restricted-imports`: that one lists what is forbidden, so a new room or package would be
 * allowed everywhere until somebody remembered. This one lists what is allowed, and a room that is not listed is
 * refused. `types` may be imported with `import type` only.
 */

const NODE = 'node:';
const TEMPORAL = {
  activity: '@temporalio/activity',
  client: '@temporalio/client',
  common: '@temporalio/common',
  envconfig: '@temporalio/envconfig',
  proto: '@temporalio/proto',
  worker: '@temporalio/worker',
  workflow: '@temporalio/workflow',
};

const ROOMS = {
  // Pure: no clock, no I/O, no Temporal, no SDK.
  generation: { rooms: [], packages: [] },
  // How Temporal's events become the domain's: shared by the activities and the client.
  history: { rooms: ['generation'], packages: [TEMPORAL.client, TEMPORAL.common, TEMPORAL.proto] },
  // Knows nothing of Temporal.
  claude: { rooms: ['generation'], packages: [NODE, '@anthropic-ai/sdk', 'undici', 'eventsource-parser'] },
  activities: {
    rooms: ['generation', 'history', 'claude'],
    packages: [NODE, TEMPORAL.activity, TEMPORAL.client, TEMPORAL.common],
    types: ['@anthropic-ai/sdk'],
  },
  // Runs in the workflow sandbox: nothing of Node, and of the activities their types alone.
  workflows: { rooms: ['generation'], packages: [TEMPORAL.workflow, TEMPORAL.common], types: ['activities'] },
  client: {
    rooms: ['generation', 'history'],
    packages: [NODE, TEMPORAL.client, TEMPORAL.common, TEMPORAL.proto, 'safe-stable-stringify', 'zod'],
  },
  cli: {
    rooms: ['generation', 'client', 'dev', 'simulator', 'config', 'worker'],
    packages: [
      NODE,
      TEMPORAL.client,
      TEMPORAL.common,
      TEMPORAL.worker,
      'commander',
      'pino',
      'safe-stable-stringify',
      'zod',
    ],
  },
  dev: {
    rooms: ['generation'],
    packages: [NODE, TEMPORAL.client, TEMPORAL.common, TEMPORAL.proto, TEMPORAL.worker],
  },
  // Stands alone: what judges the project must not share its code.
  simulator: { rooms: [], packages: [NODE, 'zod'] },
  // Two rooms of one file each, src/config.ts and src/worker.ts.
  config: { rooms: [], packages: [NODE, TEMPORAL.client, TEMPORAL.envconfig, 'zod'] },
  worker: {
    rooms: ['generation', 'activities', 'claude', 'config'],
    packages: [NODE, TEMPORAL.client, TEMPORAL.common, TEMPORAL.worker, 'pino'],
  },
};

/** Files that may import more than their room. */
const MORE = [
  { file: /^generation\/validateRequest\w*\.ts$/, rooms: [], packages: ['zod'] },
  // The demonstration drives the whole from outside, as a user's program would.
  { file: /^dev\/demo(\/\w+)?\.ts$/, rooms: ['client', 'config'], packages: [] },
];

/** The path below the innermost `src` folder, or `null` for a file outside one. */
function belowSource(path) {
  const parts = path.replaceAll('\\', '/').split('/');
  const source = parts.lastIndexOf('src');
  return source === -1 ? null : parts.slice(source + 1);
}

function roomOf(parts) {
  return parts.length === 1 ? parts[0].replace(/\.[jt]s$/, '') : parts[0];
}

/** `../claude/watch.ts`, seen from a file, as its path below `src`; `null` where it leaves `src`. */
function resolve(from, specifier) {
  const parts = from.slice(0, -1);
  for (const step of specifier.split('/')) {
    if (step === '.') continue;
    if (step !== '..') parts.push(step);
    else if (parts.pop() === undefined) return null;
  }
  return parts;
}

function packageOf(specifier) {
  if (specifier.startsWith(NODE)) return NODE;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Why this file may not import that, or `null` where it may. */
function whyForbidden(filename, specifier, typesOnly) {
  const from = belowSource(filename);
  if (from === null) return null;
  const room = roomOf(from);
  const may = ROOMS[room];
  if (may === undefined) {
    return `the room src/${room} is not listed: say in lint/arrows.js what it may import`;
  }
  const types = typesOnly ? (may.types ?? []) : [];
  const more = MORE.filter(({ file }) => file.test(from.join('/')));
  const except = `from src/${room}; lint/arrows.js lists what is allowed`;
  if (!specifier.startsWith('.')) {
    const name = packageOf(specifier);
    const allowed = [...may.packages, ...types, ...more.flatMap(({ packages }) => packages)].includes(name);
    return allowed ? null : `${specifier} must not be imported ${except}`;
  }
  const target = resolve(from, specifier);
  if (target === null) return `${specifier} leaves src/: nothing outside is part of the build`;
  const other = roomOf(target);
  const allowed = [room, ...may.rooms, ...types, ...more.flatMap(({ rooms }) => rooms)].includes(other);
  return allowed ? null : `src/${other} must not be imported ${except}`;
}

export const arrows = {
  create(context) {
    const check = (source, typesOnly) => {
      if (typeof source?.value !== 'string') return;
      const message = whyForbidden(context.filename, source.value, typesOnly);
      if (message !== null) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: (node) => check(node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node.source, false),
      TSImportType: (node) => check(node.source, true),
    };
  },
};
