/** What the service answers about share codes, use copies and registration bodies' queries, as far as these pages read it. */

/** RFC 3339 in UTC. */
type Iso = string;

export interface ShareCodeMade {
  readonly id: string;
  readonly code: string;
  readonly link: string;
  readonly validThrough: string;
}

export interface ShareCode {
  readonly id: string;
  readonly number: string;
  readonly purpose: string;
  readonly validThrough: string;
  readonly ended: boolean;
  readonly opened: number;
  readonly lastOpened: readonly Iso[];
}

export interface ShareCodeList {
  readonly items: readonly ShareCode[];
}

export interface UseCopy {
  readonly id: string;
  readonly number: string;
  /** 1 for the certificate's first. */
  readonly copy: number;
  readonly purpose: string;
  readonly recipient: string;
  readonly validThrough: string;
  /** Neither over, nor its certificate ended or replaced. */
  readonly usable: boolean;
}

export interface UseCopyList {
  readonly items: readonly UseCopy[];
}

/** A registration body's system verified one of my certificates (R35). */
export interface OwnQuery {
  readonly at: Iso;
  readonly organisation: string;
  readonly system: string;
  readonly purposeName: string;
  readonly note?: string;
  readonly number: string;
}

export interface OwnQueryList {
  readonly items: readonly OwnQuery[];
  readonly next: string | null;
}
