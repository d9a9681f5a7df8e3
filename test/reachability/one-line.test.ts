import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oneLine, printable, shortened } from '../../functions/reachability/one-line.ts';

const point = (code: number): string => String.fromCodePoint(code);

describe('foreign text', () => {
  test.each([
    ['a newline', 'a\r\nb', 'a b'],
    ['a line separator and a paragraph separator', 'a\u2028b\u2029c\u0085d', 'a b c d'],
    ['colours and a cursor that moves', '\u001B[31mred\u001B[0m\u001B[2Kb', 'redb'],
    ['a window title', 'a\u001B]0;owned\u0007b', 'ab'],
    ['escapes of one byte (C1)', 'a\u009B31mb\u008Dc', 'ab c'],
    ['a bare escape, a bell, a backspace, DEL', 'a\u001B\u0007\b\u007Fb', 'a b'],
    ['bidirectional controls', 'a\u202Eb\u2066c\u2069d\u200Fe\u061Cf', 'a b c d e f'],
    [
      'zero-width characters, a soft hyphen, a byte order mark',
      'a\u200Bb\u200D\u2060c\u00ADd\uFEFF',
      'a b c d',
    ],
    ['tag characters', `a${point(0xe_00_41)}${point(0xe_00_7f)}b`, 'a b'],
    ['variation selectors', `a\uFE0F\uFE00b${point(0xe_01_ef)}c`, 'a b c'],
    ['fillers and joiners without a shape', 'a\u3164b\u115F\u1160c\u034Fd\uFFA0e\u17B4f', 'a b c d e f'],
    ['lone surrogates', 'a\uD800b\uDFFFc', 'a\uFFFDb\uFFFDc'],
    ['private and unassigned characters', `a\uE000b${point(0x1_ff_ff)}c\uFDD0`, 'a\uFFFDb\uFFFDc\uFFFD'],
    ['a pile of marks', `a${'\u0301'.repeat(50)}b`, `a${'\u0301'.repeat(4)}b`],
    ['other scripts, which stay', 'zürich 東京 القاهرة नमस्ते 🛰', 'zürich 東京 القاهرة नमस्ते 🛰'],
  ])('%s', (_name, text, line) => {
    expect(printable(text)).toBe(line);
    expect(oneLine(text)).toBe(line);
  });

  test('of any kind becomes one line without control or format characters, and stays as it is then', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.integer({ min: 0, max: 0xff_ff }).map((unit) => String.fromCharCode(unit)) }),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const line = printable(text);
        expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
        expect(line.isWellFormed()).toBe(true);
        expect(printable(line)).toBe(line);
      }),
    );
  });

  test('is cut to 200, never through a character', () => {
    expect(oneLine('x'.repeat(300))).toBe(`${'x'.repeat(199)}…`);
    expect(oneLine(`${'x'.repeat(198)}🛰🛰`)).toBe(`${'x'.repeat(198)}…`);
    expect(shortened('🛰🛰', 3)).toBe('🛰…');
    expect(shortened('abc', 3)).toBe('abc');
  });
});
