import { expect, test } from 'vitest';
import { DATABASE_REMEDY, readPostgresUrl } from './database-url.ts';

test.each([
  'postgres://localhost/kf',
  'postgresql://kf@db.example:5432/kf',
  'postgres://kf:horse@127.0.0.1:5432/kf?sslmode=require',
  'postgres://kf:%40%2F%23%3F%3A%25%20%C3%A9@[::1]:5432/kf',
  'postgres:///kf?host=/var/run/postgresql',
  'postgres://kf:horse@/kf?host=/var/run/postgresql',
  'postgres://kf@%2Fvar%2Frun%2Fpostgresql/kf',
  'postgres://kf@db/kf?application_name=a@b',
])('%s is taken', url => {
  expect(readPostgresUrl(url)).toBe(url);
});

test.each([
  'pl@inhorse:/w#rd',
  'w#rdhorse',
  'horse%zz',
  'horse%',
  'hor/se',
  '12/horse',
  'hor?se',
  '12?horse',
  'hor@se',
  'hor:se',
  '12#horse',
  'horse horse',
  'horse%ff',
  'horse@',
  '/horse',
  '@horse',
  'a:b@horse/c?d#e',
])('a password that is written as %s is refused, and no part of it is told', password => {
  const refused = () => readPostgresUrl(`postgres://kf:${password}@127.0.0.1:5432/kf`);
  expect(refused).toThrow(/^(?!.*horse)/);
  expect(refused).toThrow(/percent-encoded|%|space|read/);
});

test('the remedy says how such characters are written', () => {
  expect(DATABASE_REMEDY).toContain('@ as %40');
});

test('another address is none of PostgreSQL', () => {
  expect(() => readPostgresUrl('mysql://localhost/kf')).toThrow('is not a PostgreSQL address');
});
