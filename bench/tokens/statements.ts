import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { createInstance } from '../../src/instance/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { API_KEY, benchConfig, SLUG, USERS } from '../fixture.ts';
import type { BenchStore } from '../stores.ts';

/** How many statements the database gets for one valid token that is asked for over HTTP. */
export async function statementsPerToken(store: BenchStore): Promise<number> {
  const instance = await createInstance(benchConfig(await store.fresh(USERS)), { log: createLog('silent') });
  async function ask(userId: number): Promise<void> {
    const request = new Request('http://localhost:3000/api/keyferry/v1/access-token', {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ userId, appSlug: SLUG }),
    });
    const { status } = await instance.fetch(request);
    if (status !== 200) throw new Error(`A valid token was answered ${status}.`);
  }
  await ask(1);
  const counter = store.engine === 'postgres' ? countPostgres() : countSqlite();
  for (let userId = 1; userId <= USERS; userId++) await ask(userId);
  const statements = counter.end();
  await instance.close();
  return statements / USERS;
}

interface Counter {
  /** @returns how many there were */
  end(): number;
}

type Method = (...given: unknown[]) => unknown;

/** Puts a count before methods, in this process. */
function count(target: object, names: readonly string[]): Counter {
  const methods = target as Record<string, Method>;
  const before = names.map(name => [name, methods[name] as Method] as const);
  let counted = 0;
  for (const [name, method] of before) {
    methods[name] = function (this: unknown, ...given) {
      counted += 1;
      return method.apply(this, given);
    };
  }
  return {
    end() {
      for (const [name, method] of before) methods[name] = method;
      return counted;
    },
  };
}

function countPostgres(): Counter {
  return count(pg.Client.prototype, ['query']);
}

function countSqlite(): Counter {
  const db = new Sqlite(':memory:');
  const statement = Object.getPrototypeOf(db.prepare('select 1'));
  db.close();
  return count(statement, ['all', 'get', 'run', 'iterate']);
}
