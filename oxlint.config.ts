import { defineConfig, type OxlintOverride } from 'oxlint';

/** What the files of a room import besides those of the room itself (docs/architecture.md, arrows). */
const ROOMS: Record<string, readonly string[]> = {
  reachability: [],
  probe: ['reachability'],
  configuration: ['reachability'],
  aggregator: ['reachability', 'configuration'],
  lab: ['reachability', 'configuration'],
  library: ['reachability', 'probe', 'configuration', 'aggregator'],
  cli: ['reachability', 'probe', 'configuration', 'aggregator', 'library', 'lab'],
  infra: ['configuration'],
};

/** The same for the steps of the aggregator. `handler` imports all of them. */
const STEPS: Record<string, readonly string[]> = {
  incidents: [],
  vantages: [],
  store: ['incidents'],
  check: ['vantages'],
  announce: ['incidents', 'store'],
  tick: ['incidents', 'store', 'announce', 'check', 'vantages'],
  api: ['incidents', 'store', 'check', 'vantages'],
};

/** Import specifiers of packages that a room may not have. A pattern that begins with `^[^.…]` leaves relative imports alone. */
const PACKAGES: Record<string, { regex: string; message: string }> = {
  reachability: {
    regex: String.raw`^([^.z]|z[^o]|zod$|zod/[^m])`,
    message: 'reachability is pure: its only dependency is validation',
  },
  probe: {
    regex: '^([^.nk]|n[^o]|k[^o])',
    message: 'the probe has no run-time dependency but the optional koffi',
  },
};

function onlyImports(
  room: string,
  files: string,
  allowed: readonly string[],
  all: readonly string[],
): OxlintOverride {
  const forbidden = all.filter((other) => other !== room && !allowed.includes(other));
  const named = allowed.filter((other) => other !== 'aggregator' || ['cli', 'library'].includes(room));
  const others = named.length > 0 ? named.join(', ') : 'no other room';
  const patterns = [
    {
      regex: `^\\.\\.?/(.*/)?(${forbidden.join('|')})/`,
      message: `${room} imports ${others} (docs/architecture.md, arrows)`,
    },
    ...(PACKAGES[room] ? [PACKAGES[room]] : []),
  ];
  return { files: [files], rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

const rooms = [...Object.keys(ROOMS), 'web'];
const steps = [...Object.keys(STEPS), 'handler'];

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true },
  env: { node: true, es2024: true },
  ignorePatterns: ['test/compatibility/previous', 'dist', 'cdk.out', 'node_modules', '.venv'],
  rules: {
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': 'error',
    'import/no-named-as-default-member': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/expect-expect': 'off',
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
  },
  overrides: [
    ...Object.entries(ROOMS).map(([room, allowed]) =>
      onlyImports(
        room,
        ['reachability', 'probe', 'aggregator'].includes(room) ? `functions/${room}/**` : `${room}/**`,
        allowed,
        rooms,
      ),
    ),
    // The later override replaces the earlier one, so it repeats what holds for the whole aggregator.
    ...Object.entries(STEPS).map(([step, allowed]) =>
      onlyImports(
        step,
        `functions/aggregator/${step}/**`,
        [...allowed, 'aggregator', ...(ROOMS['aggregator'] ?? [])],
        [...rooms, ...steps],
      ),
    ),
    { files: ['examples/**'], rules: { 'no-new': 'off' } },
    { files: ['test/**'], rules: { 'typescript/no-unsafe-type-assertion': 'off' } },
    {
      files: ['test/{aggregator,configuration,probe,reachability}/**/*.test.ts'],
      excludeFiles: ['**/*.lab.test.ts'],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                regex: String.raw`/lab/(available|build)\.ts$|/cloud/ministack\.ts$`,
                message:
                  'a test that needs namespaces or a local AWS is no unit test: name it NAME.lab.test.ts, or move it to test/cloud (CONTRIBUTING.md)',
              },
            ],
          },
        ],
      },
    },
  ],
});
