import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { ReachabilityProbe, ReachabilityService } from 'synwhere/cdk';

const app = new App();

// One stack for each region: a function cannot be in another region than its stack.
const probes = ['eu-central-1', 'us-east-1'].map(
  (region) => new ReachabilityProbe(new Stack(app, `Probe-${region}`, { env: { region } }), 'Probe'),
);

const home = new Stack(app, 'Reachability', { env: { region: 'eu-central-1' } });
const service = new ReachabilityService(home, 'Service', {
  targets: ['www.example.com:443', { target: 'db.example.com:5432', expect: 'refused' }],
  controls: ['one.one.one.one:443', 'dns.google:443'],
  vantages: probes,
  schedule: { everyMinutes: 5 },
});

new CfnOutput(home, 'Url', { value: service.url });
