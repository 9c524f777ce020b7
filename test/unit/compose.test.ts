/** docker-compose.yml and Dockerfile, read as data: no Docker engine is needed, and none of this proves a run. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SEARCH_ATTRIBUTES } from '../../src/generation/searchAttributes.ts';

interface Service {
  image?: string;
  build?: string;
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  entrypoint?: string[];
  stop_grace_period?: string;
}

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const worker = compose.services['worker'] ?? {};

/** What the environment of a worker may hold, by name. */
const WORKER_ENVIRONMENT = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'ANTHROPIC_BASE_URL',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'HTTPS_PROXY',
  'NO_PROXY',
  'THROUGHLINE_TASK_QUEUE',
  'THROUGHLINE_MAX_CONCURRENT',
  'THROUGHLINE_HEARTBEAT_MS',
  'THROUGHLINE_WORKER_LOST_MS',
  'THROUGHLINE_DRAIN_MS',
  'THROUGHLINE_METRICS_ADDRESS',
  'THROUGHLINE_ENCRYPTION_KEYS',
];

describe('docker-compose.yml', () => {
  it('has the database, the server, its UI, the set-up jobs and the worker', () => {
    expect(Object.keys(compose.services).sort()).toEqual([
      'postgresql',
      'temporal',
      'temporal-namespace',
      'temporal-schema',
      'temporal-ui',
      'worker',
    ]);
  });

  it.each(services)('%s: its image is pinned to a full version', (_, { image }) => {
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?$/);
  });

  it('server and tools are of one version: the schema is what that server expects', () => {
    const versions = services.flatMap(
      ([, { image = '' }]) => /^temporalio\/(server|admin-tools):(.+)/.exec(image)?.slice(2) ?? [],
    );
    expect(new Set(versions).size).toBe(1);
  });

  it.each(services)('%s: waits only for services that exist, in a way they can satisfy', (_, service) => {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      const other = compose.services[name];
      expect(other, name).toBeDefined();
      if (condition === 'service_healthy') expect(other?.healthcheck, name).toBeDefined();
      else expect([name, condition]).toEqual([name, 'service_completed_successfully']);
    }
  });

  it('the worker starts once the namespace is ready, the server once the schema is', () => {
    expect(worker.depends_on?.['temporal-namespace']?.condition).toBe('service_completed_successfully');
    const server = compose.services['temporal'];
    expect(server?.depends_on?.['temporal-schema']?.condition).toBe('service_completed_successfully');
  });

  it.each(services)('%s: every named volume is declared, every mounted file exists', (_, service) => {
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] ?? '';
      if (source.startsWith('./')) {
        expect(existsSync(fileURLToPath(new URL(`../../${source}`, import.meta.url))), source).toBe(true);
      } else {
        expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
  });

  it('the database survives its container', () => {
    expect(compose.services['postgresql']?.volumes).toEqual(['postgresql-data:/var/lib/postgresql/data']);
  });

  it.each(services)('%s: is published on the loopback address alone', (_, { ports }) => {
    for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('gives the worker the documented names, each passed through or with its default', () => {
    expect(Object.keys(worker.environment ?? {}).sort()).toEqual([...WORKER_ENVIRONMENT].sort());
    for (const [name, value] of Object.entries(worker.environment ?? {})) {
      if (name.startsWith('TEMPORAL_')) continue;
      expect(value).toMatch(new RegExp(`^\\$\\{${name}:-[^}]*\\}$`));
    }
  });

  it('leaves the worker longer to stop than it drains', () => {
    const drainMs = Number(/:-(\d+)/.exec(worker.environment?.['THROUGHLINE_DRAIN_MS'] ?? '')?.[1]);
    const graceMs = 1000 * Number(/^(\d+)s$/.exec(worker.stop_grace_period ?? '')?.[1]);
    expect(graceMs).toBeGreaterThanOrEqual(drainMs + 10_000);
  });
});

it('the namespace job registers every search attribute by its type, and keeps closed workflows for 30 days', () => {
  const script = read('docker/prepare-namespace.sh');
  for (const [name, type] of [
    [SEARCH_ATTRIBUTES.model, 'Keyword'],
    [SEARCH_ATTRIBUTES.status, 'Keyword'],
    [SEARCH_ATTRIBUTES.attempts, 'Int'],
  ] as const) {
    expect(script).toContain(`search-attribute create --name ${name} --type ${type}`);
  }
  expect(script.match(/--retention 30d/g)).toHaveLength(2);
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');
  const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

  it('gets SIGTERM to the worker: exec form, and `worker` by default', () => {
    expect(lastStage).toContain('ENTRYPOINT ["node", "/app/dist/cli/main.js"]');
    expect(lastStage).toContain('CMD ["worker"]');
  });

  it('runs as an ordinary user', () => {
    expect(
      lastStage
        .trimEnd()
        .split('\n')
        .findLast((line) => line.startsWith('USER ')),
    ).toBe('USER node');
  });

  it('copies only what .dockerignore lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
      sources.split(' '),
    );
    expect(copied.map((source) => `!${source}`).sort()).toEqual(allowed.sort());
  });
});
