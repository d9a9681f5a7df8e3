import type { CheckLine } from '../../functions/aggregator/api/schemas.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import type { DeployedCheck } from './service.ts';
import { connect, type ServiceArguments } from './command.ts';
import { Progress } from '../render/progress.ts';

/** A check by the deployed service, with progress for each region. Rejects like `DeployedService.check`. */
export async function checkDeployed(check: DeployedCheck, where: ServiceArguments): Promise<Verdict[]> {
  const service = await connect(where);
  const progress = new Progress(process.stderr);
  const show = (line: CheckLine): void => {
    if (line.event === 'asked') progress.onEvent({ type: 'asked', ...line });
    if (line.event === 'answered') {
      progress.onEvent({ type: 'answered', answer: { vantage: line.vantage } });
    }
  };
  return service.check(check, show).finally(() => {
    progress.end();
  });
}
