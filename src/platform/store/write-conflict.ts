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

// foreign_key_violation
const MISSING_PARENT = ['23503', 'SQLITE_CONSTRAINT_FOREIGNKEY'];

/** Whether a row was refused because the one that it belongs to is gone. */
export function isMissingParent(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && MISSING_PARENT.includes(code);
}
