/** Why a number is what it is, where that cannot be read off its table. */
export const EXPLAINED: readonly { about: string; why: string }[] = [
  {
    about: 'Nobody could tell.',
    why: 'Where every vantage that counts sits behind the same break (nearly always one vantage or two), the reports are those of a target that is down; where only those few who have IPv6 do, they are those of a dead address. Every rule that speaks calls it down then. Ours lays it at the target’s door only where at least two vantages agree on an address that fails while another works, or were refused; silence everywhere is `fault: unknown`, and `notRuledOut` says that a part of the way may be shared. What helps is one more vantage, connected differently.',
  },
  {
    about: 'The target blamed.',
    why: 'To blame is to say `fault: target`. Where the reports can tell, that stays under one in a thousand at any confidence, and at medium or high it does not happen. Nearly all of the rest are worlds in which everyone who counts is cut off alike, and no rule that sees only the reports could know. To say that something does not work, with `fault: unknown` and the shared way among what is not ruled out, is not to blame it; it stands in columns of its own.',
  },
  {
    about: 'A target that accepts and hangs up.',
    why: 'The other rules ask whether a connection opens. Ours watches it for a moment. With one vantage cut off as well, the kind is what the contract names first, `local-routing-issue`, and `accepts-then-closes` stands in `also`: that counts as down here.',
  },
  {
    about: 'A target that loses SYNs, or some of whose back ends refuse.',
    why: 'When all three attempts of one vantage meet a back end that refuses, the kind is `selective-refusal` instead of `unstable`. The second round contradicts it most of the time, and the confidence is low; `notRuledOut` names several machines behind one address.',
  },
  {
    about: 'Recall of the vantages kept away.',
    why: 'Where vantages are refused at an address that lets others in, or where half of them and more are cut off, the evidence does not say whose fault it is: `fault: unknown`, counted as left open. A vantage whose resolver is dead is set aside by its controls, which have names too; it connects in the second round, where it is given the addresses, and no verdict blames a vantage that connected.',
  },
  {
    about: 'A resolver that lies.',
    why: 'If the lie is an address that does not answer, it fails for everyone, and the verdict is `partial-outage`, with the lie among what is not ruled out: a zone that gives each vantage other addresses looks the same. These worlds are not counted in the last table, for a name is neither a vantage nor a way; if the lie is an address that answers, nothing is amiss for TCP.',
  },
  {
    about: 'Precision where the target is down.',
    why: 'With one or two controls, a vantage that misses just their networks (as each vantage misses some) is set aside as at fault. Where the target is up it connects, and is not blamed; where the target is down, nothing speaks for it. Three controls or more make this rare.',
  },
];
