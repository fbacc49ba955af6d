/** A consumer as its group sees it. */
export interface Member {
  assign(partition: number): void;
  revoke(partition: number): void;
}

/**
 * Shares the partitions of one topic among the consumers of one group in this process: partition p goes to member
 * p mod n, in the order of joining. A partition that keeps its owner is left alone; one that moves is revoked first and
 * then assigned, both before the call returns.
 */
export class GroupMembers {
  private readonly members: Member[] = [];
  private readonly owners: (Member | undefined)[];

  constructor(partitions: number) {
    this.owners = new Array<Member | undefined>(partitions).fill(undefined);
  }

  join(member: Member): void {
    this.members.push(member);
    this.share();
  }

  leave(member: Member): void {
    const at = this.members.indexOf(member);
    if (at < 0) return;
    this.members.splice(at, 1);
    this.share();
  }

  private share(): void {
    this.owners.forEach((owner, partition) => {
      const next = this.members[partition % this.members.length];
      if (next === owner) return;
      owner?.revoke(partition);
      this.owners[partition] = next;
      next?.assign(partition);
    });
  }
}
