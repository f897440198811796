import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { decryptKeys, encryptKeys } from '../src/protocol/index.ts';
import { AES_KEY, credentialText } from './fixture.ts';
import { median } from './median.ts';
import { printTable, ratio, whole } from './table.ts';

const ROUNDS = 7;
const OPERATIONS = 20_000;

/** The wire's codec against the same cipher called barely, 1 KB of text. */
export function measureCodec(): void {
  const text = credentialText();
  const wire = encryptKeys(text, AES_KEY);
  const key = createSecretKey(Buffer.from('0123456789abcdef0123456789abcdef', 'latin1'));
  const cases: [string, () => unknown, () => unknown][] = [
    [
      'encrypt',
      () => encryptKeys(text, AES_KEY),
      () => {
        const nonce = randomBytes(16);
        const cipher = createCipheriv('aes-256-cbc', key, nonce);
        return `${nonce.toString('hex')}:${cipher.update(text, 'utf8', 'hex')}${cipher.final('hex')}`;
      },
    ],
    [
      'decrypt',
      () => decryptKeys(wire, AES_KEY),
      () => {
        const decipher = createDecipheriv('aes-256-cbc', key, Buffer.from(wire.slice(0, 32), 'hex'));
        return decipher.update(wire.slice(33), 'hex', 'utf8') + decipher.final('utf8');
      },
    ],
  ];
  const rows = cases.map(([name, ours, bare]) => {
    const rounds = Array.from({ length: ROUNDS }, () => [perSecond(bare), perSecond(ours)] as const);
    const [alone, mine] = [median(rounds.map(([one]) => one)), median(rounds.map(([, two]) => two))];
    return [name, whole(alone), whole(mine), ratio(mine, alone)];
  });
  printTable('AES codec, 1 KB, operations a second', ['', 'bare node:crypto', 'Keyferry', 'ratio'], rows);
}

function perSecond(run: () => unknown): number {
  const from = performance.now();
  for (let count = 0; count < OPERATIONS; count++) run();
  return (OPERATIONS / (performance.now() - from)) * 1000;
}
