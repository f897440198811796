import { describe, expect, test } from 'vitest';
import { ConfigError, readVariables } from './config.ts';

describe('readVariables', () => {
  test('reads texts, addresses, flags and choices', () => {
    const variables = readVariables({
      NAME: 'value',
      EMPTY: '',
      URL: 'https://cal.example.com/',
      PATH_URL: 'http://localhost:3000/base/',
      ON: 'true',
      OFF: '0',
      LEVEL: 'debug',
    });
    expect(variables.text('NAME')).toBe('value');
    expect(variables.text('EMPTY')).toBeNull();
    expect(variables.text('MISSING')).toBeNull();
    expect(variables.required('NAME', '')).toBe('value');
    expect(variables.url('URL')).toBe('https://cal.example.com/');
    expect(variables.baseUrl('URL')).toBe('https://cal.example.com');
    expect(variables.baseUrl('PATH_URL')).toBe('http://localhost:3000/base');
    expect(variables.url('MISSING')).toBeNull();
    expect([
      variables.flag('ON', false),
      variables.flag('OFF', true),
      variables.flag('MISSING', true),
    ]).toEqual([true, false, true]);
    expect(variables.choice('LEVEL', ['info', 'debug'], 'info')).toBe('debug');
    expect(variables.choice('MISSING', ['info', 'debug'], 'info')).toBe('info');
    expect(variables.parsed('NAME', '', text => text.length)).toBe(5);
    expect(variables.problems).toEqual([]);
  });

  test.each([
    'https://cal.example.com/base',
    'https://cal.example.com/base/',
    'https://cal.example.com/base//',
    'https://cal.example.com//base/',
    ' https://cal.example.com/base/ \n',
    'HTTPS://Cal.Example.COM/base',
    'https://cal.example.com:443/base',
  ])('an address that paths are put behind, or that is called itself, is the same as %j', value => {
    const variables = readVariables({ A: value, B: `${value.trim()}?x=/` });
    expect(variables.baseUrl('A')).toBe('https://cal.example.com/base');
    expect(variables.endpoint('A')).toBe('https://cal.example.com/base');
    expect(variables.endpoint('B')).toBe('https://cal.example.com/base?x=/');
    expect(variables.url('A')).toBe(value.trim());
    expect(variables.problems).toEqual([]);
  });

  test.each([
    ['cal.example.com', 'does not begin with https:// or http://'],
    ['cal.example.com:3000', 'does not begin with https:// or http://'],
    ['//cal.example.com', 'does not begin with https:// or http://'],
    ['https:/cal.example.com', 'does not begin with https:// or http://'],
    ['ws://cal.example.com', 'is not an http or https address'],
    ['https://', 'is not an http or https address'],
    ['https://cal.example.com/?x=1', 'holds a query'],
  ])('%s %s', (value, problem) => {
    const variables = readVariables({ A: value });
    expect(variables.baseUrl('A')).toBeNull();
    expect(variables.problems).toMatchObject([{ variable: 'A', problem }]);
  });

  test('gathers every problem at once, each with the variable and the remedy', () => {
    const variables = readVariables({
      A: '"quoted"',
      B: 'neither',
      C: 'loud',
      D: 'ftp://example.com',
      E: 'https://user:pass@example.com',
      F: 'https://example.com/#part',
      G: 'example.com',
    });
    variables.text('A');
    variables.flag('B', false);
    variables.choice('C', ['info', 'debug'], 'info');
    for (const name of ['D', 'E', 'F', 'G']) expect(variables.url(name)).toBeNull();
    variables.required('H', 'Set H.');
    variables.parsed('B', 'Give a number.', () => {
      throw new Error('is not a number');
    });
    const error = new ConfigError(variables.problems);
    expect(error.message.split('\n')).toEqual([
      'A has quotes around its value. Remove the quotes; they would become part of the value.',
      'B is neither true nor false. Set it to true or false.',
      'C is not one of its values. Use one of: info, debug.',
      'D is not an http or https address. Give an address such as https://cal.example.com.',
      'E holds a user name or a password. Give an address such as https://cal.example.com.',
      'F holds a fragment. Give an address such as https://cal.example.com.',
      'G does not begin with https:// or http://. Give an address such as https://cal.example.com.',
      'H is not set. Set H.',
      'B is not a number. Give a number.',
    ]);
  });

  test.each(["'https://example.com'", '"https://example.com"', '""', '"a\nb"'])(
    'finds the quotes of %s, once',
    value => {
      const variables = readVariables({ A: value });
      variables.text('A');
      expect(variables.url('A')).toBeNull();
      expect(variables.problems.map(({ problem }) => problem)).toEqual(['has quotes around its value']);
    },
  );

  test.each(['"', `'a"`, 'a"b"', `"a`])('takes %s as it is', value => {
    const variables = readVariables({ A: value });
    expect(variables.text('A')).toBe(value);
    expect(variables.problems).toEqual([]);
  });

  test('never repeats a value', () => {
    const variables = readVariables({
      A: '"hunter2"',
      B: 'hunter2',
      C: 'https://hunter2:hunter2@example.com#hunter2',
    });
    for (const name of ['A', 'B', 'C']) {
      variables.text(name);
      variables.url(name);
      variables.flag(name, false);
      variables.choice(name, ['info'], 'info');
    }
    expect(variables.problems.length).toBeGreaterThan(3);
    expect(JSON.stringify(variables.problems)).not.toContain('hunter2');
  });

  test('tells what was looked for, and the value only of what holds no secret', () => {
    const variables = readVariables({ A: 'hunter2', B: 'https://b.example', C: 'true', D: 'x', E: 'two' });
    variables.text('A');
    variables.url('B');
    variables.flag('C', false);
    variables.parsed('D', '', text => text);
    variables.choice('E', ['one', 'two'], 'one');
    variables.text('F');
    expect(variables.inForce.map(({ name, set, value }) => [name, set, value])).toEqual([
      ['A', true, null],
      ['B', true, 'https://b.example'],
      ['C', true, 'true'],
      ['D', true, null],
      ['E', true, 'two'],
      ['F', false, null],
    ]);
  });

  test('of an address tells no query, and gives it whole', () => {
    const variables = readVariables({
      A: 'https://a.example/hook?token=hunter2&x=?',
      B: 'https://b.example/?hunter2',
    });
    expect(variables.url('A')).toBe('https://a.example/hook?token=hunter2&x=?');
    variables.baseUrl('B');
    expect(variables.inForce.map(({ value }) => value)).toEqual([
      'https://a.example/hook?…',
      'https://b.example/?…',
    ]);
  });
});
