/** Which test runs a command that the pages show. */
export type Runs =
  /** Run by commands.test.ts: the allowed exit statuses, and what it prints. */
  | { here: RegExp; status: readonly number[] }
  /** Run by another test, which contains this text: the arguments as that test writes them. */
  | { by: string; as: string }
  /** Run by no test. The text is the reason. */
  | { not: string };

const CLOUD = 'test/cloud/deployed.test.ts';
const DEPLOYED = 'test/cli/deployed/deployed.test.ts';
const MATRIX = 'test/lab/matrix.test.ts';
const LAB = 'test/lab/command.test.ts';
const DEV = 'test/cli/dev.test.ts';
const AWS =
  "needs an account and Amazon's own command; that its names are those of the stacks is tested in test/docs and test/infra";
const MEASURES = 'measures for minutes; the tests run what it is made of at a smaller size';

/** Arguments that the reader replaces are written as on the page. */
export const RUNS: Record<string, Runs> = {
  'npm ci': {
    not: 'every run of this suite begins with it; test/package tests the lock file',
  },
  'npm test': { not: 'runs this test' },
  'npm run demo': { by: 'test/lab/demo.test.ts', as: "[COMMAND, 'demo'" },
  'npm run lab:matrix': { by: MATRIX, as: '[BENCH,' },
  'npm run lab:matrix -- --only NAME': { by: MATRIX, as: "['--only', 'closed-4'" },
  'npm run lab': { by: LAB, as: "[COMMAND, 'lab', 'up']" },
  'npm start -- --lab': { by: DEV, as: "new Dev(['--lab'" },
  'npm run hostile': { by: 'test/hostile/hostile-inputs.test.ts', as: 'npm run hostile' },
  'npm run check:all': { not: '`npm test` begins with it' },
  'npm run accuracy -- --write --seed 2026 --worlds 20000': {
    not: `${MEASURES} (test/bench/accuracy.test.ts)`,
  },
  'npm run bench:probe -- --write': { not: `${MEASURES} (test/probe)` },
  'npm run bench:soak -- --write': { not: `${MEASURES} (test/bench/soak.test.ts)` },
  'npm run bench:judge -- --write': { not: `${MEASURES} (test/reachability)` },
  'npm run bench:tick -- --write': { not: `${MEASURES} (test/bench/tick.test.ts)` },
  'npm run docs:api': { by: 'test/docs/library-page.test.ts', as: 'npm run docs:api' },
  'npm install synwhere': { not: `needs the registry; test/package installs the tarball` },
  'npm install aws-cdk-lib constructs': { not: 'needs the registry; test/package links both' },
  'npm run docs:verdicts': { not: 'needs a lab for minutes; test/cli/explain.test.ts reads what it wrote' },

  'synwhere --help': { here: /Usage: synwhere/, status: [0] },
  'synwhere check localhost:22': { here: /localhost:22/, status: [0, 1] },
  'synwhere probe localhost:22': { here: /localhost:22/, status: [0, 1] },
  'synwhere explain': { here: /remote-refusal/, status: [0] },
  'synwhere explain KIND': { by: 'test/cli/explain.test.ts', as: "'explain', " },
  'synwhere probe -': { by: 'test/cli/check.test.ts', as: 'there=${PROBE_COMMAND}' },
  'synwhere check localhost:22 --vantage "here=npm run -s synwhere -- probe -" --vantage "office=ssh office synwhere probe -"':
    { by: 'test/cli/check.test.ts', as: "'--vantage', `there=${PROBE_COMMAND}`" },
  'synwhere check': { by: 'test/cli/check.test.ts', as: "synwhere(['check'], { cwd" },
  'synwhere check ADDRESS:PORT': { by: 'test/cli/check.test.ts', as: "['check', open.target" },
  'synwhere check TARGET': { by: 'test/cli/check.test.ts', as: "['check', open.target" },
  'SYNWHERE_KERNEL_EVIDENCE=off synwhere check example.com:443': {
    by: 'test/probe/evidence/kernel-absent.test.ts',
    as: 'SYNWHERE_KERNEL_EVIDENCE',
  },
  'synwhere trace TARGET': { by: 'test/probe/trace/trace.lab.test.ts', as: "'trace'" },
  'synwhere demo': { by: 'test/lab/demo.test.ts', as: "[COMMAND, 'demo'" },
  'synwhere demo --reasons': { by: 'test/lab/demo.test.ts', as: "['--reasons']" },
  'synwhere lab': { by: LAB, as: "synwhere('lab')" },
  'synwhere lab break NAME': { by: LAB, as: "synwhere('lab', 'break', 'service-down')" },
  'synwhere lab break service-down': { by: LAB, as: "synwhere('lab', 'break', 'service-down')" },
  'synwhere lab heal service-down': { by: DEV, as: "['lab', 'heal', 'service-down']" },
  'synwhere compare': { by: 'test/cli/compare.test.ts', as: "'compare'" },
  'synwhere config check': { by: 'test/cli/config.test.ts', as: "['config', 'check']" },
  'synwhere config check other.yaml': { by: 'test/cli/config.test.ts', as: "['config', 'check', " },
  'synwhere dev': { by: DEV, as: "start(['dev'" },
  'synwhere dev --lab': { by: DEV, as: "new Dev(['--lab'" },

  'synwhere check --deployed': { by: DEPLOYED, as: "['check', '--deployed', '--json'" },
  'synwhere check --deployed --config synwhere.yaml': { by: DEPLOYED, as: "'--config'" },
  'synwhere check api.example.com:443 --deployed': { by: CLOUD, as: "'--deployed', '--endpoint'" },
  'synwhere check api.example.com:443 --deployed --here': { by: CLOUD, as: "'--deployed', '--here'" },
  'synwhere status': { by: CLOUD, as: "['status']" },
  'synwhere status --config synwhere.yaml': { by: CLOUD, as: "['status']" },
  'synwhere status --web': { by: DEPLOYED, as: "'status', '--web'" },
  'synwhere history api.example.com:443': { by: CLOUD, as: "['history', cloud.target]" },
  'synwhere history api.example.com:443 --from 2026-01-01': { by: DEPLOYED, as: "'--from'" },
  'synwhere incidents': { by: CLOUD, as: "['incidents']" },
  'synwhere incidents --open': { by: DEPLOYED, as: "'--open'" },

  'npx cdk': { by: 'test/infra/synth.test.ts', as: "'synth'" },
  'npx cdk synth --quiet': { by: 'test/infra/synth.test.ts', as: "'--quiet'" },
  'npx cdk bootstrap': { by: CLOUD, as: "['bootstrap', ...cloud.app" },
  'npx cdk bootstrap aws://ACCOUNT/sa-east-1': { by: CLOUD, as: "['bootstrap', `aws://" },
  'npx cdk diff': { not: 'the emulator has no change sets to show; a mistake shows in synth' },
  'npx cdk deploy --all': { by: 'test/cloud/installation.ts', as: "['deploy', '--all'" },
  'npx cdk deploy --all -c config=other.yaml': { by: 'test/cloud/installation.ts', as: "'-c', `config=${" },
  'npx cdk deploy synwhere-home': { by: CLOUD, as: "['deploy', `${NAME}-home`" },
  'npx cdk deploy synwhere-home synwhere-probe-eu-west-1': { by: CLOUD, as: "['deploy', `${NAME}-home`" },
  'npx cdk deploy --all --import-existing-resources': {
    not: 'CloudFormation alone imports; that the command has the option is tested in test/infra',
  },
  'npx cdk deploy synwhere-home --import-existing-resources': {
    not: 'CloudFormation alone imports; the emulator does not',
  },
  'npx cdk destroy synwhere-home': { by: CLOUD, as: "['destroy', `${NAME}-home`" },
  'npx cdk destroy --all': { by: CLOUD, as: "['destroy', '--all'" },
  'git pull': { not: 'is about a remote repository' },
  'aws login': { not: AWS },
  'aws lambda invoke': { by: 'test/cloud/installation.ts', as: 'new InvokeCommand' },
  'aws lambda get-account-settings': { not: AWS },
  'aws account enable-region --region-name ap-east-1': { not: AWS },
  'aws cloudformation delete-stack': { by: CLOUD, as: "Action: 'DeleteStack'" },
  'aws cloudformation delete-stack --stack-name CDKToolkit': { by: CLOUD, as: "Action: 'DeleteStack'" },
  'aws cloudformation delete-stack --region sa-east-1 --stack-name synwhere-probe-sa-east-1': {
    by: CLOUD,
    as: "Action: 'DeleteStack'",
  },
};

/** Commands with long arguments: how they begin. */
export const LONGER: readonly (readonly [start: string, runs: Runs])[] = [
  ['aws lambda invoke --', { by: 'test/cloud/installation.ts', as: 'new InvokeCommand' }],
  ['aws lambda add-permission --', { not: AWS }],
  ['aws dynamodb ', { not: AWS }],
  ['aws ssm put-parameter --', { not: AWS }],
  ['aws scheduler get-schedule --name synwhere-tick', { not: AWS }],
  ['aws logs tail /aws/lambda/synwhere-', { not: AWS }],
  ['aws s3 rb --force s3://cdk-hnb659fds-assets-ACCOUNT-REGION', { not: AWS }],
  [
    'curl --aws-sigv4 ',
    { not: 'the installed curl may not have --aws-sigv4; the synwhere command signs the same requests' },
  ],
];
