import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { decryptKeys, encryptKeys, secretHeaders } from '../../protocol/index.ts';
import { type Asking, ask, json, type PeerStatus, type Wire } from './ask.ts';
import type { Finding, Findings } from './finding.ts';

const SAME_KEY =
  'Set CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY to the same 32 characters on both sides, and restart them.';

/** Sends a text through the encryption of both sides and back. */
export async function checkEncryption(
  asking: Asking,
  base: string,
  wire: Wire,
  findings: Findings,
): Promise<Finding> {
  const check = 'encryption';
  const text = JSON.stringify({ doctor: randomUUID() });
  const answered = await ask(asking, `${base}/api/keyferry/v1/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...secretHeaders(wire.secret, wire.header) },
    body: JSON.stringify({ keys: encryptKeys(text, wire.encryptionKey) }),
  });
  if ('reason' in answered)
    return findings.failed(check, `no answer (${answered.reason})`, 'Run the doctor again.');
  const { answer } = answered;
  const body = z.object({ keys: z.string() }).safeParse(json(answer));
  if (answer.status !== 200 || !body.success)
    return findings.failed(check, 'the other side cannot read our text', SAME_KEY);
  try {
    if (decryptKeys(body.data.keys, wire.encryptionKey) === text)
      return findings.ok(check, 'a text came back whole');
  } catch {
    // Told like a text that came back changed.
  }
  return findings.failed(check, 'we cannot read the text that came back', SAME_KEY);
}

/** Whether both sides know the same apps. */
export function checkSlugs(ours: readonly string[], status: PeerStatus, findings: Findings): Finding {
  const check = 'apps';
  const missing = ours.filter(slug => !status.apps.includes(slug));
  const unknown = status.apps.filter(slug => !ours.includes(slug));
  if (missing.length + unknown.length === 0)
    return findings.ok(check, `both sides know the same ${ours.length}`);
  const parts = [
    missing.length > 0 && `unknown to the other side: ${missing.join(', ')}`,
    unknown.length > 0 && `unknown to this side: ${unknown.join(', ')}`,
  ];
  const remedy = 'Run the same version on both sides; until then these apps cannot be synced.';
  return findings.warning(check, parts.filter(Boolean).join('; '), remedy);
}

/** Whether the other side can reach its database. */
export async function checkReady(
  asking: Asking,
  base: string,
  status: PeerStatus,
  findings: Findings,
): Promise<Finding> {
  const check = 'reachable';
  const answered = await ask(asking, `${base}/health/ready`, {});
  const ready = 'answer' in answered && answered.answer.status === 200;
  const who = `Keyferry ${status.version} at ${base}`;
  if (ready) return findings.ok(check, who);
  return findings.failed(
    check,
    `${who} is not ready`,
    'Look at its log: most often its database cannot be reached.',
  );
}
