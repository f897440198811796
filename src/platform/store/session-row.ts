/** A connect session as it is read. Times are epoch milliseconds. */
export interface SessionRow {
  readonly id: string;
  readonly targetId: string;
  readonly externalUserId: string;
  readonly calcomUserId: number;
  /** JSON array of slugs. */
  readonly apps: string;
  readonly returnUrl: string | null;
  readonly expiresAt: number;
}
