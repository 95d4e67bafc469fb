// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { chooseYamlLimits } from './limits.ts';
import { YamlError } from './node.ts';
import { readYaml, readYamlStream } from './read.ts';

/** So many megabytes of it. */
function filled(part: string, megabytes = 3): string {
  return part.repeat(Math.ceil((megabytes * 1024 * 1024) / part.length));
}

/** Reading takes a time that grows with the text; the square of it would be minutes. */
function readQuickly(text: string): unknown {
  const start = performance.now();
  try {
    return readYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return error;
  } finally {
    expect(performance.now() - start).toBeLessThan(10_000);
  }
}

describe('megabytes of', () => {
  it.each([
    ['brackets', '[', 'exceeded max depth of 500'],
    ['braces', '{', 'exceeded max depth of 500'],
    ['items on one row', '- ', 'exceeded max depth of 500'],
    ['keys on one row', '? ', 'exceeded max depth of 500'],
    ['pairs inside each other', '[a: ', 'exceeded max depth of 500'],
    ['items', '-\n', 'document contains excessive aliasing'],
    ['empty lists', '[],', 'did not find expected <document start>'],
    ['anchors', '&a ', 'did not find expected <document start>'],
    ['tags', '!a ', 'did not find expected <document start>'],
    ['quotes', '"', 'did not find expected <document start>'],
    ['colons', ': ', 'did not find expected key'],
    ['tabs', '\t', 'found character that cannot start any token'],
    ['comments', '# c\n', undefined],
    ['spaces', ' ', undefined],
  ])('%s end in a sentence', (_, part, problem) => {
    const found = readQuickly(filled(part, 10));
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject({ name: 'YamlError', problem });
  });

  it.each([
    ['a word', filled('x')],
    ['words', `a${filled(' b')}`],
    ['words on rows', `a${filled('\nb')}`],
    ['blanks inside a word', `a${filled(' ')}b`],
    ['text in quotes', `"${filled('a ')}"`],
    ['blanks in quotes', `"${filled(' ')}\n"`],
    ['escapes', `"${filled('\\n')}"`],
    ['single quotes', `'${filled("''")}'`],
    ['rows in quotes', `"${filled('a\n')}"`],
    ['rows of a block', `|\n${filled(' a\n')}`],
    ['folded rows', `>\n${filled(' a\n\n')}`],
    ['spaces in front of an item', `- a\n${filled(' ')}\n- b`],
  ])('%s are read', (_, text) => {
    expect(readQuickly(text)).toMatchObject({ line: 1 });
  });
});

describe('limits', () => {
  it('hold for aliases that go deep', () => {
    const levels = Array.from({ length: 400 }, (_, at) => `- &a${at + 1} [[*a${at}]]\n`);
    expect(() => readYaml(`- &a0 x\n${levels.join('')}`)).toThrow('exceeded max depth of 500');
  });

  it('hold for the aliases of all documents together', () => {
    const document = `---\n- &a [${'x,'.repeat(100)}]\n${'- *a\n'.repeat(500)}`;
    expect(readYamlStream(document)).toHaveLength(1);
    expect(() => readYamlStream(document.repeat(10))).toThrow('excessive aliasing');
  });

  it('can be chosen, and only by their names', () => {
    expect(readYaml('[[a]]', { limits: { maxDepth: 2, maxNodes: 3 } })).toMatchObject({ kind: 'sequence' });
    expect(() => readYaml('[[[a]]]', { limits: { maxDepth: 2 } })).toThrow('exceeded max depth of 2');
    expect(() => readYaml('[a, b]', { limits: { maxNodes: 2 } })).toThrow(YamlError);
    expect(() => chooseYamlLimits({ maxDepht: 1 } as object)).toThrow(TypeError);
    expect(() => chooseYamlLimits({ maxDepth: 0 })).toThrow(TypeError);
  });
});
