const CONFLICTS = [
  // PostgreSQL: unique violation, serialization failure, deadlock
  '23505',
  '40001',
  '40P01',
  'SQLITE_BUSY',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
];

/** Whether a transaction failed because another one wrote the same at the same time: a repeat sees what it wrote. */
export function isWriteConflict(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && CONFLICTS.includes(code);
}
