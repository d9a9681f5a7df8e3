/** Explanations of values that the tables alone do not explain. */
export const EXPLAINED: readonly { about: string; why: string }[] = [
  {
    about: 'Not decidable.',
    why: 'If one fault blocks all usable vantages (nearly always one or two), their reports are the same as for a target that is down. If it blocks only the few vantages with IPv6, the reports are the same as for an address that is down. Every rule that gives a result then reports down. Synwhere blames the target only if at least two vantages agree on an address that fails while another works, or are refused. If no vantage gets an answer, it reports `fault: unknown`, and `notRuledOut` states that the vantages may share a part of the path. One more vantage with a different connection helps.',
  },
  {
    about: 'The target blamed.',
    why: 'A verdict blames the target if it contains `fault: target`. In decidable worlds this happens in fewer than one of 1,000 at any confidence, and never at medium or high confidence. Nearly all other cases are worlds in which all usable vantages are blocked in the same way. No rule can know this from the reports. A verdict that reports a failure with `fault: unknown`, and does not rule out a fault on a shared path, does not blame the target. It is counted in separate columns.',
  },
  {
    about: 'A target that accepts and closes connections.',
    why: 'The other rules check only whether a connection opens. Synwhere watches the connection for a short time. If one vantage is also blocked, the kind is `local-routing-issue`, which comes first in the list of kinds, and `also` contains `accepts-then-closes`. This counts as down here.',
  },
  {
    about: 'A target that loses SYNs, or some of whose back ends refuse.',
    why: 'If all three attempts of one vantage reach a back end that refuses, the kind is `selective-refusal` instead of `unstable`. In most cases the second round contradicts it, and the confidence is low. `notRuledOut` mentions several machines behind one address.',
  },
  {
    about: 'Recall of the blocked vantages.',
    why: 'If vantages are refused at an address that accepts others, or if half or more of the vantages are blocked, the evidence does not decide where the fault is. The result is `fault: unknown`, counted as left open. A vantage whose resolver does not work is excluded because of its controls, which also have names. In the second round it receives the addresses and connects, and no verdict blames a vantage that connected.',
  },
  {
    about: 'A resolver that returns false addresses.',
    why: 'If the false address does not answer, it fails for every vantage, and the verdict is `partial-outage`. `notRuledOut` includes the false address, because a zone that gives each vantage different addresses looks the same. These worlds are not counted in the last table, because a name is neither a vantage nor a path. If the false address answers, TCP shows no fault.',
  },
  {
    about: 'Precision while the target is down.',
    why: 'With one or two controls, a vantage that cannot reach the networks of these controls is excluded as at fault. (Each vantage cannot reach some networks.) If the target is up, the vantage connects to it and is not blamed. If the target is down, nothing shows that the vantage works. With three or more controls this is rare.',
  },
];
